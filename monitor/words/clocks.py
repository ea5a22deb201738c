"""What each kind of clock runs from and to, in words; where it depends on what the clock ends with, for each of both."""

RUNS: dict[tuple[str, str], tuple[str, str]] = {
    ("case", "conclusion"): ("自受理起，至办结止", "from acceptance to conclusion"),
    ("case", "decision"): ("自受理起，至作出决定止", "from acceptance to the decision"),
    ("stage", ""): (
        "自进入“{}”环节起，至离开该环节、进入下一环节或办结止",
        "from entering {} until it is left, the next stage, or conclusion",
    ),
    ("branch", ""): (
        "自分办至该部门起，至该部门办毕或办结止",
        "from dispatch to a department until its part is done, or conclusion",
    ),
    ("special", ""): ("自挂起起，至恢复办理或办结止", "from suspension to resumption or conclusion"),
    ("acceptance", ""): (
        "自收到申请（或补正材料）起，至受理、不予受理或补正告知止",
        "from receipt of the application, or of a supplement, to acceptance, refusal or a request for a supplement",
    ),
    ("pre-review", ""): ("自网上申请起，至首次答复止", "from an online application to the first answer"),
    ("hearing", ""): (
        "自申请听证起，至举行、放弃听证、作出决定或办结止",
        "from asking for a hearing until it is held or given up, the decision, or conclusion",
    ),
    ("issuance", "conclusion"): ("自正常办结起，至出证止", "from normal conclusion to issuance"),
    ("issuance", "decision"): ("自准予许可起，至出证止", "from the decision granted to issuance"),
    ("delivery", "conclusion"): ("自正常办结起，至送达止", "from normal conclusion to delivery"),
    ("delivery", "decision"): ("自准予许可起，至送达止", "from the decision granted to delivery"),
    ("stale", ""): ("自最近一次办理动作起，至下一动作或办结止", "from the last step of the case to the next, or conclusion"),
    ("complaint-acceptance", ""): (
        "自投诉提出起，至受理、不予受理或办结止",
        "from filing a complaint until it is accepted, refused or over",
    ),
    ("complaint-answer", ""): (
        "自投诉受理起，至答复、退单或办结止",
        "from accepting a complaint until it is answered, returned or closed",
    ),
    ("complaint-misroute", ""): (
        "自投诉受理（或提出）起，至退单止",
        "from accepting (or filing) a complaint until it is returned as misrouted",
    ),
    ("complaint-closing", ""): (
        "自投诉提出起，至办结、不予受理或退单止",
        "from filing a complaint until it is closed, refused or returned",
    ),
    ("review-verification", ""): ("自差评起，至核实或整改完成止", "from a bad review until it is verified or rectified"),
    ("review-rectification", ""): (
        "自差评起，至整改完成或核实不属实止",
        "from a bad review until it is rectified or found to be unfounded",
    ),
    ("review-callback", ""): (
        "自整改完成（或核实不属实）起，至回访止",
        "from rectifying a bad review (or finding it unfounded) to the callback",
    ),
    ("review-appeal", ""): ("自差评申诉起，至复核决定止", "from the appeal against a bad review to its decision"),
    ("reply", ""): (
        "自发牌起，至反馈、督办、申诉或销号止",
        "from issuing a card to the reply, a follow-up, an appeal or its end",
    ),
    ("followup-opening", ""): ("自发红牌起，至督办或销号止", "from issuing a red card to the follow-up or its end"),
    ("followup", ""): ("自督办起，至整改完成或销号止", "from opening a follow-up until it is rectified or ends"),
    ("expiry", ""): ("自发出提醒或预警起，到期自行失效", "from issuing a reminder or warning; it expires then by itself"),
    ("attendance", ""): (
        "自窗口开放而无人值守起，至有人到岗、停止服务或当日结束止",
        "from when nobody is at an open window until somebody comes, it closes, or the day ends",
    ),
    ("window-opening", ""): (
        "自上一工作日开放的窗口应开放时起，至开放、停止服务或当日结束止",
        "from when a window that was open the working day before should open, until it opens, is closed, or the day ends",
    ),
}
