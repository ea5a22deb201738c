DROP VIEW v_comparison, v_rate, v_total, v_figure, live_figure, v_dead_letter, v_act, v_attendance, v_hearing, v_rating, v_complaint, v_stage,
    v_alert_change, v_alert, v_case;
