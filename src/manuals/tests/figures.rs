//! Pictures are kept with the statement or section that they show.

use std::path::Path;

use super::reading::assert_nothing_is_lost;
use crate::{FigureContent, FigureFile, apply_corrections, parse};
use fettle_domain::{
    DefectType, Figure, FigureFault, FigureSource, ImageKind, ManualCorrections, ManualEdit,
    ManualText, ManualWarning,
};
use fettle_testing::documents::{SPACE, defect, own_fonts, page, paragraph, put};
use fettle_testing::pictured::{
    PutPicture, docx_with_pictures, paragraphs, pdf_with_pictures, picture_paragraph,
    picture_relations, png, png_bomb, word_picture, zipped_bytes,
};

const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

fn defects() -> Vec<DefectType> {
    vec![
        defect("hole", "기공", "hole", "기공 (hole)"),
        defect("scratch", "긁힘", "scratch", "긁힘 (scratch)"),
    ]
}

fn read(name: &str, bytes: &[u8]) -> ManualText {
    let manual = parse(Path::new(name), bytes, &defects()).unwrap();
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    manual
}

/// Whose each picture is, its place and its caption: `hole.c1: word/media/a.png «그림 1»`.
fn owners(manual: &ManualText) -> Vec<String> {
    let line = |owner: &str, figure: &Figure| {
        let source = match &figure.source {
            FigureSource::Page { page, rect } => {
                format!("p{page} {:.0},{:.0} {:.0}x{:.0}", rect.x, rect.y, rect.width, rect.height)
            }
            FigureSource::Part { name } => name.clone(),
            FigureSource::Inline { number } => format!("inline {number}"),
        };
        let caption = figure.caption.as_ref().map(|text| format!(" «{text}»")).unwrap_or_default();
        format!("{owner}: {source}{caption}")
    };
    let mut out = Vec::new();
    for section in &manual.sections {
        out.extend(section.figures.iter().map(|figure| line(&section.heading, figure)));
        for statement in section.all_statements() {
            out.extend(statement.figures.iter().map(|figure| line(&statement.id, figure)));
        }
    }
    out
}

fn faults(manual: &ManualText) -> Vec<(u32, FigureFault, u32)> {
    let faults = manual.warnings.iter().filter_map(|warning| match warning {
        ManualWarning::Picture { page, fault, count } => Some((*page, *fault, *count)),
        _ => None,
    });
    faults.collect()
}

fn statements(manual: &ManualText) -> Vec<&str> {
    let sections = manual.sections.iter();
    sections.flat_map(|one| one.all_statements()).map(|one| one.text.as_str()).collect()
}

fn at(x: f32, y: f32, (width, height): (f32, f32), colour: [u8; 3]) -> PutPicture {
    PutPicture { x, y, width, height, png: png(40, 30, colour) }
}

#[test]
fn pictures_of_a_page_belong_to_what_stands_above_or_beside_them() {
    // Lines stand 20 points apart, the first at 60.
    let mut first =
        page(&["# 기공 (hole)", "", "", "", "", "", "", "발생 원인", "• 탈기 불량", "• 습기"]);
    first.extend([put(50.0, 350.0, "그림 1. 탈기 장치"), put(50.0, 380.0, "조치 가이드")]);
    first.extend([put(50.0, 400.0, "• 탈기 강화"), put(50.0, 500.0, "• 예열")]);
    let logo = || at(480.0, 20.0, (80.0, 30.0), BLUE);
    let pictures = vec![
        logo(),
        // Below the heading; below the second cause; beside the first action; a bullet.
        at(60.0, 75.0, (120.0, 90.0), RED),
        at(50.0, 255.0, (100.0, 80.0), RED),
        at(300.0, 385.0, (90.0, 70.0), BLUE),
        at(52.0, 486.0, (8.0, 8.0), RED),
    ];
    // At the top of the next page, it goes on with what the page before ended in.
    let second =
        page(&["", "", "", "", "", "", "", "# 긁힘 (scratch)", "발생 원인", "• 이송 중 충돌"]);
    let mut second = second;
    second.push(put(50.0, 700.0, "공장 배치도와 연락처는 부록을 본다"));
    // Below a line of its own a picture belongs to nothing.
    let below =
        vec![logo(), at(50.0, 60.0, (100.0, 80.0), BLUE), at(50.0, 715.0, (200.0, 60.0), BLUE)];
    let bytes = pdf_with_pictures(&own_fonts(), &[(first, pictures), (second, below)]);
    let manual = read("a.pdf", &bytes);
    assert_eq!(
        owners(&manual),
        [
            "기공 (hole): p1 60,75 120x90",
            "hole.c2: p1 50,255 100x80 «그림 1. 탈기 장치»",
            "hole.a1: p1 300,385 90x70",
            "hole.a2: p2 50,60 100x80",
        ]
    );
    let texts = ["탈기 불량", "습기", "탈기 강화", "예열", "이송 중 충돌"];
    assert_eq!(statements(&manual), texts, "a caption is no statement");

    // The picture is what a reader of the page sees there.
    let figure = &manual.sections[0].causes[1].figures[0];
    let content =
        FigureFile::new(Path::new("a.pdf"), &bytes, &[]).content(&figure.source, 200).unwrap();
    let FigureContent::Drawn(pixels) = content else { panic!("drawn") };
    assert!((199..=201).contains(&pixels.width()) && (159..=161).contains(&pixels.height()));
    assert_eq!(pixels.get_pixel(100, 80).0, RED);
}

#[test]
fn pictures_of_word_belong_to_their_paragraph_cell_or_row() {
    let with_picture = |text: &str, id: &str| {
        format!("<w:p><w:r><w:t>{text}</w:t></w:r>{}</w:p>", word_picture(id, (200, 100)))
    };
    let cell = |inner: &str| format!("<w:tc>{inner}</w:tc>");
    let text_cell = |text: &str| cell(&paragraph("R", text));
    let table = format!(
        "<w:tbl><w:tr>{}{}{}{}</w:tr><w:tr>{}{}{}{}</w:tr></w:tbl>",
        text_cell("불량"),
        text_cell("사진"),
        text_cell("원인"),
        text_cell("조치"),
        text_cell("긁힘 (scratch)"),
        cell(&picture_paragraph("row")),
        text_cell("이송 중 충돌"),
        cell(&with_picture("고무패드 부착", "cell")),
    );
    let body = [
        picture_paragraph("top"),
        paragraphs(&["기공 (hole)", "불량 사진"]),
        picture_paragraph("defect"),
        paragraphs(&["발생 원인", "탈기 불량"]),
        with_picture("습기", "own"),
        paragraphs(&["조치 가이드", "그림 2와 같이 탈기한다", "예열한다"]),
        picture_paragraph("below"),
        paragraphs(&["그림 2: 예열 위치"]),
        format!("<w:p>{}</w:p>", word_picture("small", (12, 12))),
        table,
    ];
    let red = png(8, 8, RED);
    let pictures: Vec<(&str, String)> = ["top", "defect", "own", "below", "small", "row", "cell"]
        .map(|id| (id, format!("media/{id}.png")))
        .to_vec();
    let pictures: Vec<(&str, &str, &[u8])> =
        pictures.iter().map(|(id, target)| (*id, target.as_str(), red.as_slice())).collect();
    let bytes = docx_with_pictures(&body.concat(), &pictures);
    let manual = read("a.docx", &bytes);
    assert_eq!(
        owners(&manual),
        [
            "기공 (hole): word/media/defect.png «불량 사진»",
            "hole.c2: word/media/own.png",
            "hole.a2: word/media/below.png «그림 2: 예열 위치»",
            "긁힘 (scratch): word/media/row.png",
            "scratch.a1: word/media/cell.png",
        ]
    );
    let texts = [
        "탈기 불량",
        "습기",
        "그림 2와 같이 탈기한다",
        "예열한다",
        "이송 중 충돌",
        "고무패드 부착",
    ];
    assert_eq!(statements(&manual), texts);
    let figure = &manual.sections[0].causes[1].figures[0];
    let content =
        FigureFile::new(Path::new("a.docx"), &bytes, &[]).content(&figure.source, 99).unwrap();
    let FigureContent::File(file) = content else { panic!("a file") };
    assert_eq!(file, red);
}

#[test]
fn pictures_of_other_formats_are_found() {
    let red = png(60, 60, RED);
    let rels = picture_relations(&[("r1", "../media/a.png")]);
    let run = |text: &str| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>");
    let shape = |text: &str| format!("<p:sp><p:txBody>{}</p:txBody></p:sp>", run(text));
    let picture = "<p:pic><a:blip r:embed='r1'/><p:spPr><a:xfrm><a:ext cx='1270000' cy='900000'/></a:xfrm>\
                   </p:spPr></p:pic>";
    let slide = |texts: &[&str]| {
        let shapes: String = texts.iter().map(|text| shape(text)).collect();
        format!("<p:sld xmlns:p='p' xmlns:a='a' xmlns:r='r'>{picture}{shapes}</p:sld>")
    };
    let (one, two) =
        (slide(&["기공 (hole)", "원인", "습기", "조치", "예열"]), slide(&["탈기 시간을 늘린다"]));
    let pptx = zipped_bytes(&[
        ("ppt/presentation.xml", b"<p/>"),
        ("ppt/slides/slide1.xml", one.as_bytes()),
        ("ppt/slides/_rels/slide1.xml.rels", rels.as_bytes()),
        ("ppt/slides/slide2.xml", two.as_bytes()),
        ("ppt/slides/_rels/slide2.xml.rels", rels.as_bytes()),
        ("ppt/media/a.png", &red),
    ]);
    let line = |text: &str| format!("<hp:p><hp:run><hp:t>{text}</hp:t></hp:run></hp:p>");
    let pic = "<hp:p><hp:run><hp:pic><hp:sz width='20000' height='10000'/><hc:img binaryItemIDRef='image1'/>\
               </hp:pic></hp:run></hp:p>";
    let lines = ["기공 (hole)", "원인", "습기"].map(line).concat();
    let section = format!(
        "<hs:sec xmlns:hs='hs' xmlns:hp='hp' xmlns:hc='hc'>{lines}{pic}{}{}</hs:sec>",
        line("조치"),
        line("예열")
    );
    let hwpx = zipped_bytes(&[
        ("mimetype", b"application/hwp+zip"),
        (
            "Contents/content.hpf",
            b"<o:package xmlns:o='o'><o:item id='image1' href='BinData/image1.png'/></o:package>",
        ),
        ("Contents/section0.xml", section.as_bytes()),
        ("BinData/image1.png", &red),
    ]);
    let data = "data:image/png;base64,".to_owned() + &base64(&red);
    let html = format!(
        "<h1>기공 (hole)</h1><h2>원인</h2><ul><li>습기<br><img src='{data}'></ul><img src='sign.png' width=16>\
         <h2>조치</h2><p>예열</p><figure><img src='{data}'><figcaption>그림 1 예열</figcaption></figure>"
    );
    let markdown =
        format!("# 기공 (hole)\n\n## 원인\n\n- 습기\n\n![예시]({data})\n\n## 조치\n\n- 예열\n");
    let cases: [(&str, &[u8], &[&str]); 4] = [
        ("a.pptx", &pptx, &["기공 (hole): ppt/media/a.png", "hole.a2: ppt/media/a.png"]),
        ("a.hwpx", &hwpx, &["hole.c1: BinData/image1.png"]),
        ("a.html", html.as_bytes(), &["hole.c1: inline 1", "hole.a1: inline 2 «그림 1 예열»"]),
        ("a.md", markdown.as_bytes(), &["hole.c1: inline 1"]),
    ];
    for (name, bytes, expected) in cases {
        let manual = read(name, bytes);
        assert_eq!(owners(&manual), expected, "{name}");
        assert_eq!(faults(&manual), [], "{name}");
        for figure in manual.sections.iter().flat_map(|one| one.all_figures()) {
            let content =
                FigureFile::new(Path::new(name), bytes, &[]).content(&figure.source, 99).unwrap();
            assert!(matches!(content, FigureContent::File(file) if file == red), "{name}");
        }
    }
}

#[test]
fn pictures_of_a_sheet_belong_to_their_row() {
    let main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |list: &[(&str, &str, &str)]| {
        let one = |(id, kind, target): &(&str, &str, &str)| {
            format!("<Relationship Id='{id}' Type='{kinds}/{kind}' Target='{target}'/>")
        };
        let list: String = list.iter().map(one).collect();
        format!(
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{list}</Relationships>"
        )
    };
    let cell = |place: &str, text: &str| {
        format!("<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>")
    };
    let row = |number: u32, texts: [&str; 3]| {
        let cells = ["A", "B", "C"].iter().zip(texts);
        let cells: String =
            cells.map(|(column, text)| cell(&format!("{column}{number}"), text)).collect();
        format!("<row r='{number}'>{cells}</row>")
    };
    let rows = [
        row(1, ["불량", "원인", "조치"]),
        row(2, ["기공 (hole)", "습기", "예열"]),
        row(3, ["긁힘 (scratch)", "충돌", "고무패드"]),
    ];
    let anchor = "<xdr:wsDr xmlns:xdr='xdr' xmlns:a='a' xmlns:r='r'><xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col>\
                  <xdr:row>2</xdr:row></xdr:from><xdr:pic><a:blip r:embed='r1'/></xdr:pic></xdr:oneCellAnchor></xdr:wsDr>";
    let red = png(60, 60, RED);
    let parts: Vec<(&str, String)> = vec![
        ("_rels/.rels", relations(&[("r1", "officeDocument", "xl/workbook.xml")])),
        (
            "xl/workbook.xml",
            format!(
                "<workbook {main} xmlns:r='{kinds}'><sheets><sheet name='조치' sheetId='1' r:id='r1'/></sheets></workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relations(&[("r1", "worksheet", "worksheets/sheet1.xml")])),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet {main}><sheetData>{}</sheetData></worksheet>", rows.concat()),
        ),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            relations(&[("d", "drawing", "../drawings/drawing1.xml")]),
        ),
        ("xl/drawings/drawing1.xml", anchor.to_owned()),
        (
            "xl/drawings/_rels/drawing1.xml.rels",
            relations(&[("r1", "image", "../media/image1.png")]),
        ),
    ];
    let mut entries: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    entries.push(("xl/media/image1.png", &red));
    let manual = read("a.xlsx", &zipped_bytes(&entries));
    assert_eq!(owners(&manual), ["긁힘 (scratch): xl/media/image1.png"]);
}

#[test]
fn what_cannot_be_shown_is_a_warning_and_no_failed_manual() {
    let whole = png(64, 64, RED);
    let cut = &whole[..whole.len() / 2];
    let bomb = png_bomb();
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    let mut metafile = vec![1, 0, 0, 0];
    metafile.resize(40, 0);
    metafile.extend(b" EMF\0\0\0\0");
    use FigureFault::{Broken, Elsewhere, OtherKind, TooLarge};
    let cases: [(&str, &[u8], FigureFault); 7] = [
        ("media/a.png", cut, Broken),
        ("media/a.png", b"", Broken),
        ("media/a.png", b"no picture", Broken),
        ("media/a.png", &bomb, TooLarge),
        ("media/a.gif", gif, OtherKind { kind: ImageKind::Gif }),
        ("media/a.emf", &metafile, OtherKind { kind: ImageKind::Metafile }),
        ("https://example.com/a.png", b"", Elsewhere),
    ];
    for (target, bytes, fault) in cases {
        let body = [
            paragraphs(&["기공 (hole)", "원인", "습기"]),
            picture_paragraph("p"),
            paragraphs(&["조치", "예열"]),
        ];
        let manual = read("a.docx", &docx_with_pictures(&body.concat(), &[("p", target, bytes)]));
        assert_eq!(statements(&manual), ["습기", "예열"], "{target}");
        assert_eq!(faults(&manual), [(3, fault, 1)], "{target}");
        assert_eq!(owners(&manual), [""; 0], "{target}");
    }
    // A picture that the document has lost, and a relation to nothing.
    let body = [paragraphs(&["기공 (hole)", "원인", "습기"]), picture_paragraph("p")].concat();
    let document = format!("<w:document {SPACE}><w:body>{body}</w:body></w:document>");
    let rels = picture_relations(&[("p", "media/gone.png")]);
    let lost = zipped_bytes(&[
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", rels.as_bytes()),
    ]);
    assert_eq!(faults(&read("a.docx", &lost)), [(3, Broken, 1)]);
    let nothing = zipped_bytes(&[("word/document.xml", document.as_bytes())]);
    assert_eq!(faults(&read("a.docx", &nothing)), []);
    // Files of their own are said once.
    let page = "<h1>기공 (hole)</h1><p>원인</p><ul><li>습기<img src='a.png'><li>탈기<img src='b.png'></ul>";
    assert_eq!(faults(&read("a.html", page.as_bytes())), [(3, Elsewhere, 2)]);
}

#[test]
fn a_sign_that_is_repeated_is_no_figure() {
    let sign = png(64, 64, RED);
    let lines = ["습기", "탈기 불량", "예열 부족"];
    let body = paragraphs(&["기공 (hole)", "원인"])
        + &lines.map(|text| paragraphs(&[text]) + &picture_paragraph("sign")).concat();
    let manual = read("a.docx", &docx_with_pictures(&body, &[("sign", "media/s.png", &sign)]));
    assert_eq!((owners(&manual), statements(&manual)), (vec![], lines.to_vec()));
}

#[test]
fn a_picture_follows_its_statement_through_corrections() {
    let red = png(64, 64, RED);
    let body = paragraphs(&["기공 (hole)", "원인", "습기"])
        + &picture_paragraph("p")
        + &paragraphs(&["탈기를 강화한다", "조치", "예열"]);
    let read = read("a.docx", &docx_with_pictures(&body, &[("p", "media/p.png", &red)]));
    assert_eq!(owners(&read), ["hole.c1: word/media/p.png"]);
    let line = |index: usize| {
        let place = read.line_places().into_iter().nth(index).unwrap();
        read.line_ref(place).unwrap()
    };
    let section = read.section_ref(0).unwrap();
    let place = |kind| ManualEdit::Place { line: line(0), section: section.clone(), kind };
    let action = fettle_domain::StatementKind::Action;
    let cases = [
        (place(action), "hole.a1: word/media/p.png"),
        (
            ManualEdit::Merge { line: line(0), into: line(1), spaced: true },
            "hole.c1: word/media/p.png",
        ),
        (ManualEdit::Dismiss { line: line(0) }, "기공 (hole): word/media/p.png"),
        (
            ManualEdit::Split { line: line(0), pieces: vec!["습".into(), "기".into()] },
            "hole.c2: word/media/p.png",
        ),
    ];
    for (edit, expected) in cases {
        let corrections = ManualCorrections { edits: vec![edit.clone()], ..Default::default() };
        let corrected = apply_corrections(&read, &corrections);
        assert!(corrected.missed.is_empty(), "{edit:?}");
        assert_eq!(owners(&corrected.text), [expected], "{edit:?}");
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
