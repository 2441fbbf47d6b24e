//! The pictures of an HTML page: those that it holds itself (`data:` addresses), and those that it only refers
//! to, which are in files of their own.

use std::collections::HashMap;
use std::rc::Rc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use markup5ever_rcdom::{Handle, Node};

use fettle_domain::{FigureFault, FigureSource, ImageKind};

use super::figure_check::fault_of;
use super::found_figures::{FoundFigure, FoundPlace, MAX_FIGURES};
use super::html_nodes::{MAX_DEPTH, attribute, name_of, visit};
use super::unpaged_lines::LinePicture;

/// The least side of a figure, in pixels of the page; smaller ones are symbols.
const MIN_SIDE_PX: f64 = 32.0;
/// What a picture in a file of its own is called.
const ELSEWHERE: &str = "elsewhere";
/// What the address of a picture on the page itself begins with.
const DATA: &str = "data:image/";

/// The pictures of a page, by their elements.
pub(super) struct HtmlPictures {
    numbers: HashMap<*const Node, usize>,
    /// Addresses of those on the page itself, the first of number 1.
    addresses: Vec<String>,
}

impl HtmlPictures {
    pub(super) fn of(page: &Handle) -> Self {
        let mut out = Self { numbers: HashMap::new(), addresses: Vec::new() };
        visit(page, MAX_DEPTH, &mut |node| {
            if let Some(address) = address_of(node).filter(|address| is_data(address)) {
                out.addresses.push(address);
                out.numbers.insert(Rc::as_ptr(node), out.addresses.len());
            }
        });
        out
    }

    /// What the picture at `node` is called, if it is one and larger than a symbol.
    pub(super) fn name_at(&self, node: &Handle) -> Option<String> {
        let address = address_of(node)?;
        let side = |name: &str| -> Option<f64> {
            attribute(node, name)?.trim().trim_end_matches("px").parse().ok()
        };
        if ["width", "height"].iter().filter_map(|name| side(name)).any(|side| side < MIN_SIDE_PX) {
            return None;
        }
        match self.numbers.get(&Rc::as_ptr(node)) {
            Some(number) => Some(number.to_string()),
            None => (!address.trim().is_empty()).then(|| ELSEWHERE.to_owned()),
        }
    }

    /// The names of the pictures below `node`.
    pub(super) fn names_below(&self, node: &Handle) -> Vec<String> {
        let mut out = Vec::new();
        visit(node, MAX_DEPTH, &mut |inner| out.extend(self.name_at(inner)));
        out
    }

    /// The pictures among the lines, each looked at.
    pub(super) fn found(&self, pictures: Vec<LinePicture>) -> Vec<FoundFigure> {
        let found = pictures.into_iter().take(MAX_FIGURES).map(|picture| {
            let number = picture.name.parse::<usize>().ok();
            let address = number.and_then(|number| self.addresses.get(number.checked_sub(1)?));
            let fault = match address {
                None => Some(FigureFault::Elsewhere),
                Some(address) if address.starts_with("data:image/svg") => {
                    Some(FigureFault::OtherKind { kind: ImageKind::Svg })
                }
                Some(address) => match bytes_of(address) {
                    Some(bytes) => fault_of(&bytes),
                    None => Some(FigureFault::Broken),
                },
            };
            let number = number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
            let place = FoundPlace::Numbers { beside: picture.beside, after: picture.after };
            FoundFigure { source: FigureSource::Inline { number }, fault, place }
        });
        found.collect()
    }

    /// The bytes of a picture on the page itself, by its number from 1.
    pub(super) fn bytes(&self, number: u32) -> Option<Vec<u8>> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        bytes_of(self.addresses.get(index)?)
    }
}

/// The address of a picture.
fn address_of(node: &Handle) -> Option<String> {
    if name_of(node) == Some("img") { attribute(node, "src") } else { None }
}

fn is_data(address: &str) -> bool {
    address.get(..DATA.len()).is_some_and(|start| start.eq_ignore_ascii_case(DATA))
}

/// The bytes that an address holds in base 64 (RFC 2397).
fn bytes_of(address: &str) -> Option<Vec<u8>> {
    let (kind, data) = address.split_once(',')?;
    let data: String = data.chars().filter(|c| !c.is_whitespace()).collect();
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoder = GeneralPurpose::new(&STANDARD, lenient);
    if kind.ends_with(";base64") { decoder.decode(data).ok() } else { None }
}
