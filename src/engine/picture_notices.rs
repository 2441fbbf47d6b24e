//! What was assumed or left out when a picture file was read, in a person's language.

use std::path::PathBuf;

use serde::Serialize;

use fettle_domain::{ImageNotice, Language};
use fettle_i18n::Value;

/// The notices about one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PictureNotices {
    /// Path of the file, as given.
    pub path: PathBuf,
    /// What was assumed or left out.
    pub notices: Vec<ImageNotice>,
}

impl PictureNotices {
    /// The notices in `language`, each with the file's name.
    pub fn explain(&self, language: Language) -> Vec<String> {
        let line = |notice: &ImageNotice| {
            let values = [
                ("path", self.path.display().to_string().into()),
                ("notice", explain_notice(notice, language).into()),
            ];
            fettle_i18n::text_with(language, "notice-picture-line", &values)
        };
        self.notices.iter().map(line).collect()
    }
}

/// A notice in `language`.
pub(crate) fn explain_notice(notice: &ImageNotice, language: Language) -> String {
    let values: Vec<(&str, Value)> =
        notice.values().into_iter().map(|(name, value)| (name, value.into())).collect();
    fettle_i18n::text_with(language, notice.message_id(), &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_is_said_in_both_languages() {
        let all = [
            ImageNotice::SeveralPictures { pictures: 5 },
            ImageNotice::AssumedRange { low: 0.0, high: 4095.0 },
            ImageNotice::LowSamples { used_bits: 12, bits: 16 },
            ImageNotice::ProductRange { used_bits: 12, bits: 16 },
            ImageNotice::NotFinite { samples: 3 },
            ImageNotice::OutOfRange { samples: 3, low: 0.0, high: 255.0 },
            ImageNotice::Transparent { share: 0.25 },
            ImageNotice::TransparencyIgnored,
            ImageNotice::ExtraChannels { channels: 2 },
        ];
        for language in [Language::Ko, Language::En] {
            let said = PictureNotices { path: "part.tif".into(), notices: all.to_vec() };
            for (notice, line) in all.iter().zip(said.explain(language)) {
                assert!(line.starts_with("part.tif: ") && !line.contains(['{', '-']), "{line}");
                for (_, value) in notice.values() {
                    assert!(line.contains(&value), "{line}: {value}");
                }
            }
        }
    }
}
