"""Ways to reach people. One file says all about one: its keys in the plan, its form on the wire, what its answers mean."""

from typing import TypeAlias

from monitor.notify.channels.channel import MessageChannel, NotSent
from monitor.notify.channels.dingtalk import DingTalkPlan
from monitor.notify.channels.feishu import FeishuPlan
from monitor.notify.channels.mail import MailPlan
from monitor.notify.channels.sms import SmsPlan
from monitor.notify.channels.webhook import WebhookPlan
from monitor.notify.channels.wecom import WeComPlan

ChannelPlan: TypeAlias = WeComPlan | DingTalkPlan | FeishuPlan | MailPlan | SmsPlan | WebhookPlan
"""A channel of the plan, told apart by ``kind``."""

__all__ = ["ChannelPlan", "MessageChannel", "NotSent"]
