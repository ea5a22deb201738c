DROP TABLE sealed_figure, dead_letter, act, retraction, attendance_step, hearing_step, rating_step, complaint_step, case_state, alert_change, alert,
    event, installation, consumed;
