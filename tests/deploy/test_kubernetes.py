"""deploy/k8s: each object fits Kubernetes' own schema, objects name each other rightly, and pods ask for nothing."""

from copy import deepcopy
from typing import Any

import kubernetes_validate
import pytest
import yaml

from monitor.settings import load_settings
from tests.deploy.files import DEPLOY, read

FOLDER = DEPLOY / "k8s"
VERSIONS = ("1.30", "1.37")
"""The oldest and the newest Kubernetes that these files are for."""
OBJECTS: list[dict[str, Any]] = [
    object_
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for object_ in yaml.safe_load_all(path.read_text("utf-8"))
]
DEPLOYMENTS = {object_["metadata"]["name"]: object_ for object_ in OBJECTS if object_["kind"] == "Deployment"}
PORTS = {"supervise-worker": {9101}, "supervise-gateway": {9101, 8700}, "supervise-wall": {9101, 8600}}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [object_ for object_ in OBJECTS if object_["kind"] == kind]


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    """The one container of its pods."""
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(only)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_fits_the_schema_of_kubernetes(version: str) -> None:
    for object_ in OBJECTS:
        kubernetes_validate.validate(object_, version, strict=True)


@pytest.mark.parametrize(
    ("key", "value"), [("replica", 2), ("replicas", "two"), ("strategy", {"type": "RollingUpdate", "surge": 1})]
)
def test_a_planted_mistake_is_found(key: str, value: object) -> None:
    planted = deepcopy(DEPLOYMENTS["supervise-gateway"])
    planted["spec"][key] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(planted, VERSIONS[-1], strict=True)


def test_the_kustomization_names_every_file_and_the_settings() -> None:
    told = read(FOLDER / "kustomization.yaml")
    assert sorted(told["resources"]) == sorted(path.name for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")
    assert told["configMapGenerator"] == [{"name": "supervise-site", "files": ["site.toml"]}]
    assert {container(each)["image"] for each in DEPLOYMENTS.values()} == {image["name"] for image in told["images"]}


def test_the_settings_can_be_used_and_fit_the_ports() -> None:
    settings = load_settings(FOLDER / "site.toml")
    assert settings.topics.replication == 3
    assert {settings.gateway.port, settings.wall.port, settings.metrics.port} == set().union(*PORTS.values())
    for name, tokens in (("gateway", settings.gateway.tokens), ("wall", settings.wall.tokens)):
        mounts = {mount["name"]: mount["mountPath"] for mount in container(DEPLOYMENTS[f"supervise-{name}"])["volumeMounts"]}
        assert tokens is not None
        assert str(tokens.parent) == mounts["tokens"]
    for deployment in DEPLOYMENTS.values():
        mounts = {mount["name"]: mount["mountPath"] for mount in container(deployment)["volumeMounts"]}
        folder, _, variable = mounts["metrics-token"].rpartition("/")
        assert variable == "SUPERVISE_METRICS__TOKEN"
        assert container(deployment)["env"] == [{"name": "SUPERVISE_SECRETS_DIR", "value": folder}]


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_pod_asks_for_nothing_and_has_its_probes_and_bounds(name: str) -> None:
    pod = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    only = container(DEPLOYMENTS[name])
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= only.keys()
    assert only["resources"]["requests"]["memory"] == only["resources"]["limits"]["memory"]
    assert {port["containerPort"] for port in only["ports"]} == PORTS[name]


def test_no_liveness_probe_asks_for_what_the_brokers_decide() -> None:
    assert "/healthz" not in {container(each)["livenessProbe"]["httpGet"]["path"] for each in DEPLOYMENTS.values()}


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_pods_of_a_kind_stay_apart_and_one_may_be_away(name: str) -> None:
    labels = DEPLOYMENTS[name]["spec"]["template"]["metadata"]["labels"]
    assert DEPLOYMENTS[name]["spec"]["selector"]["matchLabels"] == labels
    affinity = DEPLOYMENTS[name]["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
    (term,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    assert term["podAffinityTerm"]["labelSelector"]["matchLabels"] == labels
    (budget,) = [each for each in of_kind("PodDisruptionBudget") if each["metadata"]["name"] == name]
    assert budget["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    assert DEPLOYMENTS[name]["spec"]["replicas"] > 1


@pytest.mark.parametrize("name", ["supervise-gateway", "supervise-wall"])
def test_a_service_leads_to_its_pods(name: str) -> None:
    (service,) = [each for each in of_kind("Service") if each["metadata"]["name"] == name]
    assert service["spec"]["selector"] == DEPLOYMENTS[name]["spec"]["template"]["metadata"]["labels"]
    (port,) = service["spec"]["ports"]
    assert (
        port["port"]
        == {each["name"]: each["containerPort"] for each in container(DEPLOYMENTS[name])["ports"]}[port["targetPort"]]
    )


def test_nobody_reaches_a_pod_but_for_its_own_ports() -> None:
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind("NetworkPolicy")}
    assert policies["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    let_in: dict[str, set[int]] = {name: set() for name in DEPLOYMENTS}
    for policy in policies.values():
        wanted = policy["podSelector"].get("matchLabels", {})
        for name, deployment in DEPLOYMENTS.items():
            if wanted.items() <= deployment["spec"]["template"]["metadata"]["labels"].items():
                assert all(rule["from"] for rule in policy.get("ingress", ()))
                let_in[name] |= {port["port"] for rule in policy.get("ingress", ()) for port in rule["ports"]}
    assert let_in == PORTS


def test_the_namespace_admits_restricted_pods_only() -> None:
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace["metadata"]["name"] == read(FOLDER / "kustomization.yaml")["namespace"]
