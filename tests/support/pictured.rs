//! Small manuals with pictures.

use std::io::{Cursor, Write as _};

use krilla::Document;
use krilla::geom::{Point, Size, Transform};
use krilla::image::Image;
use krilla::page::PageSettings;
use krilla::text::TextDirection;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::documents::{Fonts, Put, SPACE, paragraph};

/// A picture on a page: its upper left corner and its size, in points.
#[derive(Debug, Clone)]
pub struct PutPicture {
    /// From the left edge.
    pub x: f32,
    /// From the upper edge.
    pub y: f32,
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// The file.
    pub png: Vec<u8>,
}

/// A PNG of one colour, without compression.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let row: Vec<u8> = std::iter::once(0).chain(colour.repeat(width as usize)).collect();
    let rows = row.repeat(height as usize);
    let mut packed = vec![0x78, 0x01];
    let mut blocks = rows.chunks(60_000).peekable();
    while let Some(block) = blocks.next() {
        packed.push(u8::from(blocks.peek().is_none()));
        let length = block.len() as u16;
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed.extend(adler(&rows).to_be_bytes());
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", Vec::new())] {
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(&data);
        out.extend(crc(&[kind.as_slice(), &data].concat()).to_be_bytes());
    }
    out
}

/// A PNG whose header states a size that nobody has memory for.
pub fn png_bomb() -> Vec<u8> {
    let mut bytes = png(4, 4, [0; 3]);
    bytes[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !crc
}

/// An A4 file of pages with texts and pictures.
pub fn pdf_with_pictures(fonts: &Fonts, pages: &[(Vec<Put>, Vec<PutPicture>)]) -> Vec<u8> {
    let mut document = Document::new();
    for (lines, pictures) in pages {
        let mut page = document.start_page_with(PageSettings::from_wh(595.0, 842.0).unwrap());
        let mut surface = page.surface();
        for PutPicture { x, y, width, height, png } in pictures {
            let image = Image::from_png(png.clone().into(), true).unwrap();
            surface.push_transform(&Transform::from_translate(*x, *y));
            surface.draw_image(image, Size::from_wh(*width, *height).unwrap());
            surface.pop();
        }
        for line in lines {
            let at = Point::from_xy(line.x, line.y);
            let font = fonts.of(line.bold);
            let direction = TextDirection::LeftToRight;
            surface.draw_text(at, font, line.size, &line.text, false, direction);
        }
        surface.finish();
        page.finish();
    }
    document.finish().unwrap()
}

/// A zip file of these entries.
pub fn zipped_bytes(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The relations of a part to pictures: ids and targets.
pub fn picture_relations(targets: &[(&str, &str)]) -> String {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";
    let relation = |(id, target): &(&str, &str)| {
        let outside = if target.contains("://") { " TargetMode='External'" } else { "" };
        format!("<Relationship Id='{id}' Type='{kind}' Target='{target}'{outside}/>")
    };
    let relations: String = targets.iter().map(relation).collect();
    let space = "http://schemas.openxmlformats.org/package/2006/relationships";
    format!("<Relationships xmlns='{space}'>{relations}</Relationships>")
}

/// A run of Word with a picture of a size in points.
pub fn word_picture(id: &str, (width, height): (u32, u32)) -> String {
    let (cx, cy) = (width * 12_700, height * 12_700);
    format!(
        "<w:r><w:drawing><wp:inline xmlns:wp='wp'><wp:extent cx='{cx}' cy='{cy}'/><a:graphic xmlns:a='a'>\
         <pic:pic xmlns:pic='pic'><a:blip xmlns:r='r' r:embed='{id}'/></pic:pic></a:graphic></wp:inline>\
         </w:drawing></w:r>"
    )
}

/// A paragraph of Word with nothing but a picture.
pub fn picture_paragraph(id: &str) -> String {
    format!("<w:p>{}</w:p>", word_picture(id, (200, 120)))
}

/// A Word document with this body and pictures by the ids of their relations and their targets.
pub fn docx_with_pictures(body: &str, pictures: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let document = format!("<w:document {SPACE}><w:body>{body}</w:body></w:document>");
    let targets: Vec<(&str, &str)> =
        pictures.iter().map(|(id, target, _)| (*id, *target)).collect();
    let relations = picture_relations(&targets);
    let named: Vec<(String, &[u8])> = pictures
        .iter()
        .filter(|(_, target, _)| !target.contains("://"))
        .map(|(_, target, bytes)| (format!("word/{target}"), *bytes))
        .collect();
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ];
    parts.extend(named.iter().map(|(name, bytes)| (name.as_str(), *bytes)));
    zipped_bytes(&parts)
}

/// Paragraphs of Word.
pub fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| paragraph("R", text)).collect()
}
