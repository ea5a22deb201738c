"""The simulated hall's departments and their service items: names, limits and how often they are asked for.

An invented city, so that no real department is shown with a card it never got. The names of items are those that halls of
prefecture-level cities publish in their guides. Numbers of departments, windows and items follow press accounts, scaled to one
hall. The accounts are of Changzhou (29 departments, 212 windows), Yulin (50, 137 windows, 507 items) and Pixian (303 items).
Limits are working days, promised then statutory; promised 0 is an instant item (即办件). Over the committed items their means are
Yulin's 13.8 and 23.98 days.
"""

from typing import NamedTuple


class SimulatedDepartment(NamedTuple):
    """A department in the hall. ``load`` is its share of the cases, ``trouble`` multiplies its chance of being late."""

    code: str
    name: str
    windows: int
    load: float
    trouble: float
    items: str


DEPARTMENTS: tuple[SimulatedDepartment, ...] = (
    SimulatedDepartment("FG", "市发展和改革委员会", 3, 1.5, 1.0, """
        企业投资项目备案 0 5
        政府投资项目建议书审批 15 20
        政府投资项目可行性研究报告审批 20 30
        固定资产投资项目节能审查 20 30
        招标方案核准 10 20
    """),
    SimulatedDepartment("GX", "市工业和信息化局", 2, 0.8, 0.9, """
        技术改造项目备案 0 5
        民用爆炸物品销售许可 18 30
        新型墙体材料产品认定 20 30
        无线电台站设置许可 18 30
    """),
    SimulatedDepartment("JY", "市教育局", 2, 1.2, 0.8, """
        教师资格认定 20 30
        民办学校设立审批 30 60
        普通话水平测试等级证书补办 0 5
        校车使用许可 10 20
        中小学转学核准 0 3
    """),
    SimulatedDepartment("GA", "市公安局", 9, 12.0, 0.7, """
        居民身份证换领 18 30
        户口迁移审批 8 20
        普通护照签发 7 20
        往来港澳通行证签发 7 20
        无犯罪记录证明 0 3
        临时居民身份证办理 0 3
        旅馆业特种行业许可 14 20
        印章刻制备案 0 5
    """),
    SimulatedDepartment("MZ", "市民政局", 2, 1.8, 0.9, """
        社会团体成立登记 30 60
        民办非企业单位成立登记 30 60
        婚姻登记档案查询 0 1
        高龄津贴申领 10 20
        养老机构备案 5 20
    """),
    SimulatedDepartment("SF", "市司法局", 2, 0.9, 0.7, """
        律师执业证书核发 15 20
        基层法律服务工作者执业核准 15 20
        法律援助申请 5 7
        公证员执业初审 15 20
    """),
    SimulatedDepartment("CZ", "市财政局", 2, 0.7, 0.8, """
        会计代理记账资格审批 10 20
        会计人员信息变更 0 5
        非税收入票据领购证核发 0 5
        政府采购供应商入库登记 5 15
    """),
    SimulatedDepartment("RS", "市人力资源和社会保障局", 8, 8.5, 1.1, """
        社会保险登记 0 5
        失业保险金申领 8 15
        工伤认定 25 60
        职工退休审批 15 20
        劳务派遣经营许可 13 20
        人力资源服务许可 12 20
        就业创业证核发 0 5
        社会保险关系转移接续 15 45
        社会保障卡补换 0 15
    """),
    SimulatedDepartment("ZR", "市自然资源和规划局", 6, 5.5, 2.6, """
        建设项目用地预审与选址意见书 18 30
        建设用地规划许可证核发 13 30
        建设工程规划许可证核发 14 30
        采矿权延续登记 28 40
        测绘作业证核发 10 20
        地质灾害危险性评估备案 5 15
        规划条件核实 13 20
    """),
    SimulatedDepartment("BD", "市不动产登记中心", 8, 9.0, 1.3, """
        不动产转移登记 5 30
        不动产抵押登记 3 30
        不动产首次登记 15 30
        不动产更正登记 12 30
        不动产登记资料查询 0 1
        不动产抵押权注销登记 0 10
    """),
    SimulatedDepartment("HJ", "市生态环境局", 3, 1.6, 1.4, """
        建设项目环境影响报告书审批 30 60
        建设项目环境影响报告表审批 15 30
        排污许可证核发 20 30
        辐射安全许可证核发 17 20
        危险废物经营许可 16 20
    """),
    SimulatedDepartment("ZJ", "市住房和城乡建设局", 6, 5.0, 2.2, """
        建筑工程施工许可证核发 5 7
        商品房预售许可 9 10
        建筑业企业资质核准 16 30
        房地产开发企业资质核定 16 30
        公租房租赁补贴申请 25 30
        房屋交易合同网签备案 0 3
        消防设计审查 13 15
        竣工验收备案 0 15
    """),
    SimulatedDepartment("JT", "市交通运输局", 5, 4.0, 1.2, """
        道路货物运输经营许可 13 20
        道路旅客运输经营许可 14 20
        道路运输证年度审验 0 5
        超限运输车辆通行许可 7 20
        网络预约出租汽车经营许可 15 20
        道路运输从业资格证换证 0 10
        涉路施工许可 18 20
    """),
    SimulatedDepartment("SL", "市水利局", 2, 0.9, 1.0, """
        取水许可审批 22 45
        水土保持方案审批 10 20
        河道管理范围内建设项目审批 18 20
        河道采砂许可 20 30
    """),
    SimulatedDepartment("NY", "市农业农村局", 3, 1.4, 0.8, """
        农药经营许可 14 20
        兽药经营许可 20 30
        动物防疫条件合格证核发 15 20
        种子生产经营许可 15 20
        拖拉机行驶证核发 0 2
    """),
    SimulatedDepartment("SW", "市商务局", 2, 0.9, 0.8, """
        对外贸易经营者备案 0 5
        成品油零售经营资格审批 18 20
        拍卖企业设立许可 18 20
        单用途商业预付卡发卡备案 5 20
    """),
    SimulatedDepartment("WG", "市文化广电和旅游局", 3, 1.3, 0.9, """
        互联网上网服务营业场所审批 17 20
        娱乐场所经营许可 17 20
        营业性演出审批 3 5
        旅行社设立许可 16 20
        导游证核发 7 10
    """),
    SimulatedDepartment("WJ", "市卫生健康委员会", 4, 3.2, 1.0, """
        公共场所卫生许可 10 20
        医疗机构执业登记 25 45
        医师执业注册 10 20
        护士执业注册 0 20
        放射诊疗许可 18 30
        饮用水供水单位卫生许可 14 20
        生育登记 0 1
    """),
    SimulatedDepartment("TY", "市退役军人事务局", 1, 0.5, 0.7, """
        退役士兵优待证申领 18 30
        伤残等级评定 28 40
        优抚对象身份核查 0 5
    """),
    SimulatedDepartment("YJ", "市应急管理局", 3, 1.5, 1.5, """
        危险化学品经营许可 18 30
        烟花爆竹零售经营许可 15 20
        安全生产许可证核发 22 45
        生产安全事故应急预案备案 0 5
        危险化学品建设项目安全审查 28 45
    """),
    SimulatedDepartment("SC", "市市场监督管理局", 10, 14.0, 0.8, """
        企业设立登记 1 15
        企业变更登记 0 5
        企业注销登记 0 15
        个体工商户登记 0 5
        食品经营许可 10 20
        食品生产许可 14 20
        药品经营许可 18 30
        特种设备使用登记 7 20
        特种设备作业人员资格认定 15 20
        计量标准器具核准 15 20
        第二类医疗器械经营备案 0 5
    """),
    SimulatedDepartment("TJ", "市体育局", 1, 0.3, 0.7, """
        高危险性体育项目经营许可 13 20
        社会体育指导员等级认定 15 20
    """),
    SimulatedDepartment("LY", "市林业局", 2, 1.0, 1.3, """
        林木采伐许可 10 20
        使用林地审核 13 30
        野生动物人工繁育许可 18 20
        植物检疫证书核发 0 15
    """),
    SimulatedDepartment("CG", "市城市管理局", 3, 2.0, 1.9, """
        城市道路占用挖掘许可 10 20
        户外广告设施设置许可 9 20
        城市建筑垃圾处置核准 10 20
        临时建设占用绿地审批 13 20
        燃气经营许可 14 30
    """),
    SimulatedDepartment("YB", "市医疗保障局", 5, 6.5, 0.9, """
        异地就医备案 0 2
        基本医疗保险参保登记 0 5
        医疗费用手工报销 15 30
        门诊慢特病待遇认定 15 20
        医疗救助申请 15 20
    """),
    SimulatedDepartment("GJ", "市住房公积金管理中心", 4, 5.5, 0.8, """
        住房公积金提取 2 3
        住房公积金贷款 9 15
        住房公积金缴存登记 0 3
        住房公积金异地转移 9 20
    """),
    SimulatedDepartment("NS", "市税务局", 6, 6.0, 0.6, """
        税务登记信息变更 0 1
        发票票种核定 3 5
        增值税专用发票最高开票限额审批 8 20
        完税证明开具 0 1
        延期缴纳税款核准 10 20
    """),
    SimulatedDepartment("QX", "市气象局", 1, 0.4, 0.9, """
        雷电防护装置设计审核 8 10
        雷电防护装置竣工验收 8 10
        升放无人驾驶气球审批 2 3
    """),
    SimulatedDepartment("YC", "市烟草专卖局", 2, 1.2, 0.9, """
        烟草专卖零售许可证核发 12 20
        烟草专卖零售许可证停业备案 0 5
        烟草专卖零售许可证延续 10 20
    """),
    SimulatedDepartment("GS", "供水供电供气综合窗口", 3, 2.5, 1.6, """
        用水报装 5 15
        低压用电报装 6 15
        高压用电报装 18 30
        燃气报装 8 15
        用户过户 0 3
    """),
)  # fmt: skip
