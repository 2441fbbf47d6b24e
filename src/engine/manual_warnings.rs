//! Warnings about a manual's text, in words.

use fettle_domain::{FigureFault, Language, ManualFormat, ManualWarning};
use fettle_i18n::{Value, text, text_with};

/// A warning about the manual at `path`, whose format says how places in it are named.
pub fn explain_manual_warning(warning: &ManualWarning, path: &str, language: Language) -> String {
    use ManualWarning as W;
    let position = ManualFormat::of_stored(path).position_message_id();
    let place = |page: u32| Value::from(text_with(language, position, &[("page", page.into())]));
    let part = |id: &str| Value::from(text(language, id));
    let say = |id: &str, values: &[(&str, Value)]| text_with(language, id, values);
    let quoting = |id: &str, page: u32, quoted: &str| {
        say(id, &[("place", place(page)), ("text", quoted.into())])
    };
    match warning {
        W::Unplaced { page, text } => quoting("warning-unplaced", *page, text),
        W::Incomplete { heading, page, missing } => say(
            "warning-incomplete",
            &[
                ("heading", heading.as_str().into()),
                ("place", place(*page)),
                ("part", part(missing.message_id())),
            ],
        ),
        W::UnknownPart { heading, label, page } => say(
            "warning-unknown-part",
            &[
                ("heading", heading.as_str().into()),
                ("label", label.as_str().into()),
                ("place", place(*page)),
            ],
        ),
        W::LongPart { heading, part: long, page, count } => say(
            "warning-long-part",
            &[
                ("heading", heading.as_str().into()),
                ("part", part(long.message_id())),
                ("place", place(*page)),
                ("count", (*count).into()),
            ],
        ),
        W::RepeatedSection { defect, first, page } => say(
            "warning-repeated-section",
            &[
                ("defect", defect.to_string().into()),
                ("first", place(*first)),
                ("place", place(*page)),
            ],
        ),
        W::Disagreement { heading, subject, first, first_page, second, page } => say(
            "warning-disagreement",
            &[
                ("heading", heading.as_str().into()),
                ("subject", subject.as_str().into()),
                ("first", first.as_str().into()),
                ("first_place", place(*first_page)),
                ("second", second.as_str().into()),
                ("place", place(*page)),
            ],
        ),
        W::NoSection { defect } => {
            say("warning-no-section", &[("defect", defect.to_string().into())])
        }
        W::UnregisteredDefect { name, page } => say(
            "warning-unregistered-defect",
            &[("name", name.as_str().into()), ("place", place(*page))],
        ),
        W::Recognised { page } => say("warning-recognised", &[("page", (*page).into())]),
        W::EmptyPage { page } => say("warning-empty-page", &[("page", (*page).into())]),
        W::PartlyRead { page } => say("warning-partly-read", &[("page", (*page).into())]),
        W::UnreadableLetters { page, letters } => say(
            "warning-unreadable-letters",
            &[("page", (*page).into()), ("letters", (*letters).into())],
        ),
        W::HiddenText { page, text } => quoting("warning-hidden-text", *page, text),
        W::Aside { page, text } => quoting("warning-aside", *page, text),
        W::StruckOut { page, text } => quoting("warning-struck-out", *page, text),
        W::PicturePage { page } => say("warning-picture-page", &[("page", (*page).into())]),
        W::PagesMissing { read, stated } => {
            say("warning-pages-missing", &[("read", (*read).into()), ("stated", (*stated).into())])
        }
        W::CutShort => text(language, "warning-cut-short"),
        W::CorrectionMissed { text } => {
            say("warning-correction-missed", &[("text", text.as_str().into())])
        }
        W::TooDeep { page } => say("warning-too-deep", &[("place", place(*page))]),
        W::UnclosedQuote { page } => say("warning-unclosed-quote", &[("place", place(*page))]),
        W::FormatUnread { page } => say("warning-format-unread", &[("place", place(*page))]),
        W::Picture { page, fault, count } => match fault {
            FigureFault::Broken => say("warning-picture-broken", &[("place", place(*page))]),
            FigureFault::TooLarge => say("warning-picture-too-large", &[("place", place(*page))]),
            FigureFault::OtherKind { kind } => {
                let values = kind.values();
                let values: Vec<(&str, Value)> =
                    values.into_iter().map(|(name, value)| (name, value.into())).collect();
                let kind = say(kind.message_id(), &values);
                say("warning-picture-kind", &[("place", place(*page)), ("kind", kind.into())])
            }
            FigureFault::Elsewhere => say(
                "warning-picture-elsewhere",
                &[("place", place(*page)), ("count", (*count).into())],
            ),
        },
        W::Note { page, text } => quoting("warning-note", *page, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_names_its_place_as_the_format_does() {
        let hidden = ManualWarning::HiddenText { page: 7, text: "기름 도포".to_owned() };
        for (path, language, expected) in [
            ("m.pdf", Language::En, "p. 7: text that is not visible"),
            ("m.docx", Language::En, "paragraph 7: text that is not visible"),
            ("m.xlsx", Language::En, "line 7: text that is not visible"),
            ("m.pdf", Language::Ko, "7쪽: 보이지 않는 글"),
            ("m.html", Language::Ko, "문단 7: 보이지 않는 글"),
        ] {
            let said = explain_manual_warning(&hidden, path, language);
            assert!(said.starts_with(expected), "{said}");
            assert!(said.ends_with("기름 도포"), "{said}");
        }
    }
}
