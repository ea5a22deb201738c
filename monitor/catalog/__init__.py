"""The catalog of service items (事项目录) as a product: check it for gaps and contradictions, draw each item's flow."""

from monitor.catalog.check import CatalogReport, check_catalog
from monitor.catalog.draw import draw_catalog
from monitor.catalog.report import as_json, as_text

__all__ = ["CatalogReport", "as_json", "as_text", "check_catalog", "draw_catalog"]
