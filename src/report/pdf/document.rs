//! A report under construction: its pages, and access to messages, names and times.

use jiff::{Timestamp, Zoned};

use super::font_family::FontFamily;
use super::page_layout::PageLayout;
use crate::error::Result;
use crate::translate::Translate;
use fettle_domain::{DefectCode, DisplayNames, Language, ProductCode};

/// Pages laid out so far, and everything that further pages need. Pictures are kept encoded, so that
/// reports on many parts take little memory.
pub(super) struct ReportDocument<'w> {
    pub(super) translate: &'w Translate<'w>,
    pub(super) language: Language,
    pub(super) names: DisplayNames,
    /// Date of the report; judgements are shown in its time zone.
    pub(super) made_at: Zoned,
    pub(super) layout: PageLayout,
    /// Title of each part, and index of its first page, from 0.
    pub(super) parts: Vec<(String, usize)>,
}

impl<'w> ReportDocument<'w> {
    pub(super) fn new(
        language: Language,
        made_at: Zoned,
        translate: &'w Translate<'w>,
    ) -> Result<Self> {
        let layout = PageLayout::new(FontFamily::built_in()?);
        let names = DisplayNames::default();
        Ok(Self { translate, language, names, made_at, layout, parts: Vec::new() })
    }

    /// The message `id`, which has no values.
    pub(super) fn text(&self, id: &str) -> String {
        (self.translate)(id, &[])
    }

    /// Name of a product.
    pub(super) fn product_name(&self, code: &ProductCode) -> String {
        self.names.product(self.language, code)
    }

    /// Name of a defect type.
    pub(super) fn defect_name(&self, product: Option<&ProductCode>, code: &DefectCode) -> String {
        self.names.defect(self.language, product, code)
    }

    /// A time (RFC 3339) in the time zone of the report, to the minute.
    pub(super) fn local_time(&self, at: &str) -> String {
        let Ok(moment) = at.parse::<Timestamp>() else { return at.to_owned() };
        let local = moment.to_zoned(self.made_at.time_zone().clone());
        local.strftime("%Y-%m-%d %H:%M").to_string()
    }
}
