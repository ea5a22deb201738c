"""The catalog's terms in Chinese and English."""

from monitor.words import Words

CLASSES: Words = {
    "permit": ("行政许可", "administrative permit"),
    "penalty": ("行政处罚", "penalty"),
    "compulsion": ("行政强制", "compulsion"),
    "levy": ("行政征收", "levy"),
    "payment": ("行政给付", "payment"),
    "inspection": ("行政检查", "inspection"),
    "confirmation": ("行政确认", "confirmation"),
    "reward": ("行政奖励", "reward"),
    "adjudication": ("行政裁决", "adjudication"),
    "other-power": ("其他行政权力", "other administrative power"),
    "public-service": ("公共服务", "public service"),
}
KINDS: Words = {
    "instant": ("即办件", "instant"),
    "committed": ("承诺件", "committed-time"),
    "parallel": ("并联件", "parallel"),
    "forwarded": ("上报件", "forwarded"),
}
FORMS: Words = {
    "original": ("原件", "original"),
    "copy": ("复印件", "copy"),
    "electronic": ("电子件", "electronic"),
}
ELEMENTS: Words = {
    "code": ("事项编码", "code"),
    "name": ("事项名称", "name"),
    "class": ("事项类型", "class"),
    "kind": ("办件类型", "kind of case"),
    "department": ("实施机关", "handling body"),
    "basis": ("设定依据", "legal basis"),
    "statutory": ("法定时限", "statutory limit"),
    "promised": ("承诺时限", "promised limit"),
    "conditions": ("受理条件", "conditions"),
    "materials": ("申请材料", "materials"),
    "flow": ("办理流程", "flow of stages"),
    "fee": ("收费标准", "fee"),
    "fee.basis": ("收费依据", "basis of the fee"),
    "branches": ("并联部门", "parallel departments"),
    "forwarded": ("上报机关", "higher body"),
    "place": ("办理地点", "place"),
    "opening": ("办理时间", "opening hours"),
    "consultation": ("咨询方式", "consultation"),
    "supervision": ("监督投诉方式", "supervision"),
}
"""Every element that counts for completeness, in the order halls post them."""
