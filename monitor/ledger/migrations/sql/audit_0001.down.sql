-- The roles stay: other databases of the cluster may have them, too.
DROP TABLE audit_entry, audit_seal;
DROP FUNCTION audit_is_append_only();
