DROP VIEW v_comparison, v_rate, v_total, v_figure, live_figure, v_dead_letter, v_act, v_attendance, v_hearing, v_rating, v_complaint, v_stage,
    v_alert_change, v_alert, v_case,
    told_complaint_step, told_rating_step, told_hearing_step, told_attendance_step;
