//! What hayro does not say of a font: whether it is bold, whether it holds symbols, and the letters
//! of codes for which the file has no `ToUnicode`.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use hayro::hayro_interpret::font::{
    FontData, FontQuery, Glyph as FontGlyph, GlyphId, GlyphRun, OutlineGlyph, PositionedGlyph,
    StandardFont,
};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{CMapResolverFn, FontResolverFn};
use hayro::hayro_syntax::object::{Array, Dict, Name, Number, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Resources;
use hayro_font::FontCache;

use super::cmaps::cmap_file;
use super::code_letters::CodeLetters;
use super::ink_probe::draws_ink;
use super::page_content::unpack;

/// Form XObjects nested in each other, as far as their fonts are looked for.
const MAX_FORM_DEPTH: u32 = 8;
/// A weight from which a font is bold (OpenType, `OS/2.usWeightClass`).
const BOLD_WEIGHT: f32 = 600.0;
/// Letters of a run that are looked at to tell whether its font has outlines.
const INK_SAMPLE: usize = 3;

/// The fonts of a document.
pub(super) struct Fonts<'a> {
    resolver: FontResolverFn,
    cmaps: CMapResolverFn,
    cache: FontCache<'a>,
    known: RefCell<HashMap<ObjectIdentifier, Rc<FontFacts<'a>>>>,
    /// Letter of each glyph by the character map of a font program, by the program's address.
    reversed: RefCell<HashMap<usize, Rc<HashMap<u32, char>>>>,
}

/// The fonts that one page may use.
pub(super) struct PageFonts<'a> {
    fonts: Rc<Fonts<'a>>,
    facts: Vec<Rc<FontFacts<'a>>>,
}

/// What a font dictionary says.
struct FontFacts<'a> {
    dictionary: Dict<'a>,
    /// PostScript name without the tag of a subset.
    name: String,
    bold: bool,
    symbol: SymbolFont,
    /// Whether its `ToUnicode` is damaged: a letter taken from it may be another.
    is_broken: bool,
    /// For codes without `ToUnicode`.
    codes: OnceCell<Option<CodeLetters>>,
}

/// Whether a font holds symbols instead of letters, and with which encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
enum SymbolFont {
    No,
    /// Adobe Symbol and its relatives.
    Adobe,
    /// Zapf Dingbats, Wingdings, Webdings.
    Dingbats,
}

/// The font of a run of glyphs.
pub(super) struct RunFont<'a> {
    facts: Option<Rc<FontFacts<'a>>>,
    pub(super) bold: bool,
    /// Whether hayro draws with another font, whose glyphs it stretches to the widths in the file.
    pub(super) is_substitute: bool,
    symbol: SymbolFont,
    /// The embedded program, and where its letters are kept once they are asked for.
    program: Option<FontData>,
    fonts: Rc<Fonts<'a>>,
}

/// Fonts that a file names but does not embed. Text needs no outlines: any font does, and none of
/// the system's is searched for.
fn substitute(query: &FontQuery) -> Option<(FontData, u32)> {
    Some(match query {
        FontQuery::Standard(standard) => standard.get_font_data(),
        FontQuery::Fallback(wanted) => wanted.pick_standard_font().get_font_data(),
    })
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self {
            resolver: Arc::new(substitute),
            cmaps: Arc::new(cmap_file),
            cache: FontCache::new(),
            known: RefCell::default(),
            reversed: RefCell::default(),
        }
    }

    /// For hayro's interpreter.
    pub(super) fn resolvers(&self) -> (FontResolverFn, CMapResolverFn) {
        (self.resolver.clone(), self.cmaps.clone())
    }

    /// The fonts in `resources` and in those of the forms shown there.
    pub(super) fn of_page(self: &Rc<Self>, resources: &Resources<'a>) -> PageFonts<'a> {
        let mut dictionaries = Vec::new();
        collect_fonts(resources, 0, &mut HashSet::new(), &mut dictionaries);
        let facts = dictionaries.into_iter().map(|dictionary| self.facts(dictionary)).collect();
        PageFonts { fonts: self.clone(), facts }
    }

    fn facts(&self, dictionary: Dict<'a>) -> Rc<FontFacts<'a>> {
        let id = dictionary.obj_id();
        if let Some(known) = id.and_then(|id| self.known.borrow().get(&id).cloned()) {
            return known;
        }
        let facts = Rc::new(FontFacts::new(dictionary));
        if let Some(id) = id {
            self.known.borrow_mut().insert(id, facts.clone());
        }
        facts
    }

    /// Letter of each glyph of a font program (TrueType or OpenType).
    fn reversed(&self, program: &[u8]) -> Rc<HashMap<u32, char>> {
        let address = program.as_ptr().addr();
        if let Some(known) = self.reversed.borrow().get(&address) {
            return known.clone();
        }
        let mut letters = HashMap::new();
        let face = ttf_parser::Face::parse(program, 0).ok();
        let tables = face.as_ref().and_then(|face| face.tables().cmap);
        for table in tables.iter().flat_map(|cmap| cmap.subtables).filter(|t| t.is_unicode()) {
            table.codepoints(|code| {
                let found = char::from_u32(code).zip(table.glyph_index(code));
                // Glyph 0 stands for all letters that the font lacks.
                if let Some((letter, glyph)) = found.filter(|(_, glyph)| glyph.0 > 0) {
                    // The first of several letters that look alike: 가 before a compatible form.
                    letters.entry(u32::from(glyph.0)).or_insert(letter);
                }
            });
        }
        let letters = Rc::new(letters);
        self.reversed.borrow_mut().insert(address, letters.clone());
        letters
    }
}

/// The font dictionaries of `resources` and of the forms in them.
fn collect_fonts<'a>(
    resources: &Resources<'a>,
    depth: u32,
    seen: &mut HashSet<ObjectIdentifier>,
    out: &mut Vec<Dict<'a>>,
) {
    let mut names: Vec<Name<'_>> = resources.fonts.keys().collect();
    // The order of a hash map differs from run to run.
    names.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
    out.extend(names.iter().filter_map(|name| resources.get_font(name)));
    if depth >= MAX_FORM_DEPTH {
        return;
    }
    for form in resources.x_objects.keys().filter_map(|name| resources.get_x_object(&name)) {
        if seen.insert(form.obj_id())
            && let Some(own) = form.dict().get::<Dict<'_>>(b"Resources")
        {
            collect_fonts(&Resources::new(own), depth + 1, seen, out);
        }
    }
}

impl<'a> PageFonts<'a> {
    /// The font of a glyph, and so of its run.
    pub(super) fn of(&self, glyph: &FontGlyph<'_>) -> RunFont<'a> {
        let FontGlyph::Outline(glyph) = glyph else {
            let (facts, program, fonts) = (None, None, self.fonts.clone());
            let symbol = SymbolFont::No;
            return RunFont { facts, bold: false, is_substitute: false, symbol, program, fonts };
        };
        let data = glyph.font_data();
        let facts = match data.as_ref().and_then(|data| data.postscript_name.as_deref()) {
            Some(name) => self.facts.iter().find(|facts| facts.name == name),
            // hayro does not name Type 1 fonts.
            None => self.facts.iter().find(|facts| self.has_glyph(facts, glyph)),
        };
        let is_substitute =
            data.as_ref().is_none_or(|data| is_standard(data.data.as_ref().as_ref()));
        let heavy = data.as_ref().and_then(|data| data.weight).unwrap_or(0) as f32 >= BOLD_WEIGHT;
        let program = data.filter(|_| !is_substitute);
        RunFont {
            bold: facts.is_some_and(|facts| facts.bold) || heavy && !is_substitute,
            is_substitute,
            symbol: facts.map_or(SymbolFont::No, |facts| facts.symbol),
            facts: facts.cloned(),
            program: program.map(|data| data.data),
            fonts: self.fonts.clone(),
        }
    }

    /// Whether `glyph` is of the font that `facts` describes.
    fn has_glyph(&self, facts: &FontFacts<'a>, glyph: &OutlineGlyph) -> bool {
        let font =
            self.fonts.cache.font(&facts.dictionary, &self.fonts.resolver, &self.fonts.cmaps);
        let own = font.map(|font| font.glyph(glyph.glyph_id(), glyph.char_code()));
        let Some(hayro_font::FontGlyph::Outline(own)) = own else { return false };
        // Fonts that are not embedded share the outlines of one that is drawn for them.
        own.identifier() == glyph.identifier()
            && own.advance_width() == glyph.advance_width()
            && own.as_unicode() == glyph.as_unicode()
    }
}

/// Whether a font program is one of those that hayro has for the 14 standard fonts.
fn is_standard(program: &[u8]) -> bool {
    static ADDRESSES: LazyLock<Vec<usize>> = LazyLock::new(|| {
        use StandardFont as F;
        [
            F::Helvetica,
            F::HelveticaBold,
            F::HelveticaOblique,
            F::HelveticaBoldOblique,
            F::Courier,
            F::CourierBold,
            F::CourierOblique,
            F::CourierBoldOblique,
            F::TimesRoman,
            F::TimesBold,
            F::TimesItalic,
            F::TimesBoldItalic,
            F::ZapfDingBats,
            F::Symbol,
        ]
        .iter()
        .map(|font| (*font.get_font_data().0).as_ref().as_ptr().addr())
        .collect()
    });
    ADDRESSES.contains(&program.as_ptr().addr())
}

impl RunFont<'_> {
    /// The text of a glyph; `None` if nothing says which letter it is.
    pub(super) fn text(&self, glyph: &FontGlyph<'_>) -> Option<String> {
        if self.facts.as_ref().is_some_and(|facts| facts.is_broken) {
            return None;
        }
        let said = glyph.as_unicode().map(|text| match text {
            BfString::Char(letter) => letter.to_string(),
            BfString::String(text) => text,
        });
        let said = said.filter(|text| !text.contains('\0'));
        let text = said.or_else(|| self.letter(glyph).map(String::from));
        let code = glyph.char_code();
        if self.is_bullet(code, text.as_deref()) {
            return Some("•".to_owned());
        }
        text
    }

    /// Whether a glyph without a letter is a space: it has no outline, but is not the one that
    /// stands for letters that the font lacks.
    pub(super) fn is_blank(&self, glyph: &FontGlyph<'_>) -> bool {
        let FontGlyph::Outline(outline) = glyph else { return false };
        let is_space_code = glyph.char_code() == u32::from(b' ');
        if self.is_substitute {
            return is_space_code;
        }
        let is_empty = outline.outline().elements().is_empty();
        is_empty && (is_space_code || outline.glyph_id() != GlyphId::NOTDEF)
    }

    /// Whether letters are shown in a font without outlines, as text recognition lays it over a scan.
    pub(super) fn has_no_ink(&self, run: &GlyphRun<'_, '_>) -> bool {
        let is_letter = |glyph: &&PositionedGlyph<'_>| match glyph.as_unicode() {
            Some(BfString::Char(letter)) => !letter.is_whitespace() && !letter.is_control(),
            Some(BfString::String(text)) => !text.trim().is_empty(),
            None => false,
        };
        let mut letters = run.glyphs().iter().filter(is_letter).take(INK_SAMPLE).peekable();
        let is_readable = self.facts.as_ref().is_none_or(|facts| !facts.is_broken);
        is_readable
            && !self.is_substitute
            && letters.peek().is_some()
            && letters.all(|glyph| !has_ink(glyph))
    }

    /// The letter of a glyph without `ToUnicode`.
    fn letter(&self, glyph: &FontGlyph<'_>) -> Option<char> {
        let by_code = self.facts.as_ref().and_then(|facts| facts.letter(glyph.char_code()));
        let by_glyph = || {
            let FontGlyph::Outline(outline) = glyph else { return None };
            let letters = self.fonts.reversed((**self.program.as_ref()?).as_ref());
            letters.get(&outline.glyph_id().to_u32()).copied()
        };
        by_code.or_else(by_glyph)
    }

    /// Whether the glyph is a bullet of a symbol font, which stand at letters or in the private use
    /// area.
    fn is_bullet(&self, code: u32, text: Option<&str>) -> bool {
        let printed = text.and_then(|text| text.chars().next()).map_or(code, u32::from);
        let slot = if (0xF000..=0xF0FF).contains(&printed) { printed - 0xF000 } else { printed };
        printed == 0xF0B7
            || match self.symbol {
                SymbolFont::No => false,
                SymbolFont::Adobe => slot == 0xB7,
                // Circles, squares, diamonds, arrows and ticks of Wingdings.
                SymbolFont::Dingbats => matches!(
                    slot,
                    0x6C | 0x6E..=0x72 | 0x75..=0x78 | 0x9E..=0xA8 | 0xD8 | 0xE0 | 0xE8 | 0xF0
                        | 0xFB..=0xFE
                ),
            }
    }
}

impl<'a> FontFacts<'a> {
    fn new(dictionary: Dict<'a>) -> Self {
        let name = dictionary.get::<Name<'_>>(b"BaseFont");
        let name = name.map(|name| String::from_utf8_lossy(name.as_ref()).into_owned());
        let name = without_subset_tag(&name.unwrap_or_default()).to_owned();
        let described = descendant(&dictionary).unwrap_or_else(|| dictionary.clone());
        let descriptor = described.get::<Dict<'_>>(b"FontDescriptor");
        Self {
            bold: is_bold(&name, descriptor.as_ref()),
            symbol: symbol_kind(&name),
            is_broken: dictionary
                .get::<Stream<'_>>(b"ToUnicode")
                .is_some_and(|stream| !unpack(&stream).is_whole),
            codes: OnceCell::new(),
            dictionary,
            name,
        }
    }

    fn letter(&self, code: u32) -> Option<char> {
        self.codes.get_or_init(|| CodeLetters::of(&self.dictionary)).as_ref()?.letter(code)
    }
}

/// The font below a composite font.
fn descendant<'a>(font: &Dict<'a>) -> Option<Dict<'a>> {
    font.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()
}

/// `NanumGothic` of `ABCDEF+NanumGothic`.
fn without_subset_tag(name: &str) -> &str {
    match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 => rest,
        _ => name,
    }
}

/// Whether anything is drawn for a glyph.
fn has_ink(glyph: &FontGlyph<'_>) -> bool {
    match glyph {
        FontGlyph::Outline(outline) => !outline.outline().elements().is_empty(),
        FontGlyph::Type3(type3) => draws_ink(type3),
    }
}

fn symbol_kind(name: &str) -> SymbolFont {
    let name = name.to_lowercase();
    if name.contains("dingbat") || name.contains("wingding") || name.contains("webding") {
        SymbolFont::Dingbats
    } else if name.contains("symbol") {
        SymbolFont::Adobe
    } else {
        SymbolFont::No
    }
}

fn is_bold(name: &str, descriptor: Option<&Dict<'_>>) -> bool {
    const FORCE_BOLD: i64 = 1 << 18;
    let lower = name.to_lowercase();
    if ["bold", "black", "heavy"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let Some(descriptor) = descriptor else { return false };
    let number = |key: &[u8]| descriptor.get::<Number>(key);
    number(b"FontWeight").is_some_and(|weight| weight.as_f32() >= BOLD_WEIGHT)
        || number(b"Flags").is_some_and(|flags| flags.as_i64() & FORCE_BOLD != 0)
}
