"""Workbooks (XLSX, XLS, XLSB, ODS) by calamine: sheets of typed cells."""

from collections.abc import Iterator

from monitor.mapping.cells import cell_text
from monitor.mapping.readers.extras import need
from monitor.mapping.readers.part import Part


def sheets(part: Part, name: str) -> Iterator[tuple[str, list[list[object]]]]:
    """Name and rows of every visible sheet, or of the one named. Numbers and times come as the mapping takes them."""
    calamine = need("python_calamine", "xlsx", part)
    with part.seekable() as stream:
        try:
            book = calamine.CalamineWorkbook.from_filelike(stream)
        except calamine.PasswordError:
            raise part.refuse("is locked with a password: save it without") from None
        except calamine.CalamineError as error:
            raise part.refuse(f"is no whole workbook: {error}: save or fetch it once more") from None
        hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != calamine.SheetVisibleEnum.Visible}
        wanted = [sheet for sheet in book.sheet_names if sheet == name or (not name and sheet not in hidden)]
        if not wanted:
            raise part.refuse(f"has no sheet {name!r}; it has {', '.join(book.sheet_names)}")
        for sheet in wanted:
            try:
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            except calamine.CalamineError as error:
                raise part.refuse(f"sheet {sheet!r} cannot be read: {error}: save or fetch it once more") from None
            yield sheet, [[cell_text(cell) for cell in row] for row in rows]
