"""A made-up hall for looking at the page: departments, items, figures and cards, the same every time.

``python -m tests.browser.hall BOOTSTRAP`` writes it into a broker, shows it on a wall and goes on adding cards until stopped.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import msgspec

from monitor.wall.server import Wall
from monitor.wire import Figures
from rules.alerts import Alert, Level, Reason
from tests.monitor.wall.records import Writer, alert, figures, wall_settings, writing

DEPARTMENTS = {
    "市场监督管理局": ("食品经营许可证核发", "个体工商户设立登记", "特种设备使用登记"),
    "自然资源和规划局": ("建设工程规划许可证核发", "国有建设用地使用权首次登记", "乡村建设规划许可证核发"),
    "住房和城乡建设局": ("建筑工程施工许可证核发", "商品房预售许可", "建设工程消防验收"),
    "人力资源和社会保障局": ("劳务派遣经营许可", "人力资源服务许可", "企业实行不定时工作制审批"),
    "卫生健康委员会": ("公共场所卫生许可", "医疗机构执业登记", "护士执业注册"),
    "公安局": ("旅馆业特种行业许可", "临时占用道路施工许可", "剧毒化学品购买许可"),
    "交通运输局": ("道路货物运输经营许可", "超限运输车辆行驶公路许可", "占用、挖掘公路审批"),
    "生态环境局": ("建设项目环境影响评价文件审批", "排污许可证核发", "危险废物经营许可"),
    "应急管理局": ("危险化学品经营许可", "烟花爆竹零售经营许可", "安全生产许可证核发"),
    "城市管理和综合执法局": ("设置大型户外广告审批", "临时占用城市道路审批", "城市建筑垃圾处置核准"),
    "农业农村局": ("动物防疫条件合格证核发", "农药经营许可", "种子生产经营许可"),
    "文化旅游广电局": ("互联网上网服务场所设立审批", "营业性演出审批", "导游证核发"),
    "民政局": ("社会团体成立登记", "养老机构备案", "殡葬服务设施建设审批"),
    "税务局": ("增值税专用发票最高开票限额审批", "延期缴纳税款审批"),
    "水利局": ("取水许可", "生产建设项目水土保持方案审批"),
}


def hall_figures(random: Random, now: datetime) -> Iterator[Figures]:
    """Counts of every department, in two partitions."""
    for department in DEPARTMENTS:
        for partition in (0, 1):
            accepted = random.randint(600, 2600)
            concluded = int(accepted * random.uniform(0.86, 0.95))
            troubled = random.random() < 0.6
            yield figures(
                partition,
                department=department,
                accepted=accepted,
                open=accepted - concluded,
                concluded=concluded,
                on_time=int(concluded * random.uniform(0.975, 0.999)),
                yellow=random.randint(0, 7) if troubled else 0,
                red=random.randint(0, 3) if troubled else 0,
                at=int(now.timestamp() * 1000),
            )


def hall_alert(random: Random, number: int, due: datetime, level: Level | None = None) -> Alert:
    """A card or a minor alert of some department."""
    department = random.choice(list(DEPARTMENTS))
    level = level or random.choices(("yellow", "red", "warning", "reminder"), (5, 2, 2, 1))[0]
    minor = level in ("warning", "reminder")
    return alert(
        number,
        level,
        "pending" if level == "red" and random.random() < 0.3 else "issued",
        reason=Reason.LIMIT_NEAR if minor else Reason.LIMIT_PASSED,
        due=due - timedelta(hours=26) if number % 9 == 4 else due,
        late=timedelta(hours=26) if number % 9 == 4 else timedelta(),
        lag_ms=random.randint(20, 420),
        department=department,
        item_name=random.choice(DEPARTMENTS[department]),
    )


async def fill(writer: Writer, random: Random) -> int:
    """A morning's worth of records; the number of the next alert."""
    now = datetime.now(UTC)
    await writer.figures(*hall_figures(random, now))
    for number in range(60):
        made = hall_alert(
            random, number, now - timedelta(seconds=(60 - number) * 97), "yellow" if number in (50, 56, 58) else None
        )
        await writer.alert(made)
        if number in (50, 56):
            await writer.alert(_changed(made, "withdrawn", Reason.LATE_RECORD))
        elif number == 58:
            await writer.alert(_changed(made, "superseded", Reason.HIGHER_LEVEL_REACHED))
    return 60


def _changed(before: Alert, state: str, reason: Reason) -> Alert:
    return msgspec.structs.replace(before, level=before.level, state=state, reason=reason.code, change=2)


async def main(bootstrap: str) -> None:
    random = Random(7)
    settings = wall_settings(bootstrap, f"look{uuid4().hex[:8]}", simulated=True)
    async with writing(settings) as writer, Wall(settings) as wall:
        number = await fill(writer, random)
        print(wall.url, flush=True)
        while True:
            await asyncio.sleep(random.uniform(1, 4))
            await writer.alert(hall_alert(random, number, datetime.now(UTC) - timedelta(milliseconds=400)))
            number += 1
            await writer.figures(random.choice(list(hall_figures(random, datetime.now(UTC)))))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
