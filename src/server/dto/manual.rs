//! Manuals: versions, sections, and answers to questions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::report::StatementDto;
use fettle_domain::{RegisteredManual, Section};
use fettle_engine::{FoundPassage, ManualAnswer, ManualReply, ManualVersion, OpenedManual};

/// A version of a manual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Manual)]
pub(crate) struct ManualDto {
    /// Its number.
    pub(crate) id: i64,
    /// The product.
    pub(crate) product: String,
    /// Name of its file.
    pub(crate) file_name: String,
    /// SHA-256 of its bytes.
    pub(crate) content_hash: String,
    /// When it was registered, RFC 3339; absent where it was not asked for.
    pub(crate) added_at: Option<String>,
    /// When a newer version replaced it.
    pub(crate) replaced_at: Option<String>,
}

impl From<&RegisteredManual> for ManualDto {
    fn from(manual: &RegisteredManual) -> Self {
        Self {
            id: manual.id.0,
            product: manual.product.to_string(),
            file_name: fettle_domain::file_name_of(&manual.path).to_owned(),
            content_hash: manual.content_hash.to_string(),
            added_at: None,
            replaced_at: None,
        }
    }
}

impl From<&ManualVersion> for ManualDto {
    fn from(version: &ManualVersion) -> Self {
        Self {
            added_at: Some(version.added_at.clone()),
            replaced_at: version.replaced_at.clone(),
            ..Self::from(&version.manual)
        }
    }
}

/// Versions of manuals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ManualList {
    /// The versions.
    pub(crate) manuals: Vec<ManualDto>,
}

/// A section of a manual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Section)]
pub(crate) struct SectionDto {
    /// Its heading.
    pub(crate) heading: String,
    /// The defect that it is about.
    pub(crate) defect: Option<String>,
    /// Its page, paragraph, line or slide, from 1.
    pub(crate) page: u32,
    /// Its causes.
    pub(crate) causes: Vec<StatementDto>,
    /// Its actions.
    pub(crate) actions: Vec<StatementDto>,
    /// Its other parts.
    pub(crate) parts: Vec<SectionPartDto>,
}

/// A part of a section that is neither causes nor actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SectionPart)]
pub(crate) struct SectionPartDto {
    /// Its heading as printed.
    pub(crate) label: String,
    /// Its statements.
    pub(crate) statements: Vec<StatementDto>,
}

impl From<&Section> for SectionDto {
    fn from(section: &Section) -> Self {
        let statements = |all: &[fettle_domain::Statement]| -> Vec<StatementDto> {
            all.iter().map(StatementDto::from).collect()
        };
        Self {
            heading: section.heading.clone(),
            defect: section.defect.as_ref().map(ToString::to_string),
            page: section.page,
            causes: statements(&section.causes),
            actions: statements(&section.actions),
            parts: section
                .parts
                .iter()
                .map(|part| SectionPartDto {
                    label: part.label.clone(),
                    statements: statements(&part.statements),
                })
                .collect(),
        }
    }
}

/// A manual with what is read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ManualText)]
pub(crate) struct ManualTextDto {
    /// Which.
    pub(crate) manual: ManualDto,
    /// How many pages can be shown; 0 for files without pages.
    pub(crate) pages: usize,
    /// Its sections.
    pub(crate) sections: Vec<SectionDto>,
    /// Lines that belong to no section.
    pub(crate) not_assigned: Vec<String>,
    /// What is wrong with it.
    pub(crate) problems: Vec<String>,
}

impl ManualTextDto {
    /// The opened manual; `word` says errors in the caller's language.
    pub(crate) fn of(
        opened: &OpenedManual,
        word: impl Fn(&fettle_engine::EngineError) -> String,
    ) -> Self {
        let text = opened.text.as_ref();
        Self {
            manual: (&opened.manual).into(),
            pages: opened.pages.len(),
            sections: text
                .map(|text| text.sections.iter().map(SectionDto::from).collect())
                .unwrap_or_default(),
            not_assigned: text
                .map(|text| text.passages.iter().map(|passage| passage.text.clone()).collect())
                .unwrap_or_default(),
            problems: opened.problems.iter().map(word).collect(),
        }
    }
}

/// A manual to register, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewManual {
    /// The document: PDF, Word, Excel, PowerPoint, HWPX, HTML, Markdown, CSV or text.
    #[schema(value_type = String, format = Binary)]
    manual: Vec<u8>,
}

/// How a page is drawn.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// Width in pixels, 64 to 4096. Default: 1024.
    #[param(minimum = 64, maximum = 4096)]
    pub(crate) width: Option<u32>,
}

/// A question to the manuals.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "기공이 생기면 어떻게 합니까?", "product": "prod1"}))]
pub(crate) struct Question {
    /// The question, in Korean or English.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) question: String,
    /// The product.
    pub(crate) product: Option<String>,
    /// The defect.
    pub(crate) defect: Option<String>,
    /// How many passages, 1 to 20. Default: 5.
    #[schema(minimum = 1, maximum = 20)]
    pub(crate) top: Option<u32>,
}

/// What kind of an answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplyKind)]
pub(crate) enum ReplyKindDto {
    /// Passages that answer.
    Found,
    /// Passages of several sections.
    Grouped,
    /// The question is open: `candidates` says between what.
    Clarify,
    /// The manuals probably do not say; the passages are the nearest.
    NotSaid,
}

/// A passage of a manual.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Passage)]
pub(crate) struct PassageDto {
    /// The manual.
    pub(crate) manual: i64,
    /// Name of its file.
    pub(crate) file_name: String,
    /// Heading of its section.
    pub(crate) heading: Option<String>,
    /// The defect of the section.
    pub(crate) defect: Option<String>,
    /// Id of the statement within the manual; absent for a line that belongs to none.
    pub(crate) statement: Option<String>,
    /// Its words.
    pub(crate) text: String,
    /// Its page, paragraph, line or slide, from 1.
    pub(crate) page: u32,
    /// How well it fits; higher is better.
    pub(crate) score: f32,
}

/// What a question may have meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MeantDefect {
    /// The product.
    pub(crate) product: String,
    /// The defect.
    pub(crate) defect: Option<String>,
    /// Its Korean name.
    pub(crate) name_ko: String,
    /// Its English name.
    pub(crate) name_en: String,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ManualAnswer)]
pub(crate) struct ManualAnswerDto {
    /// What kind of an answer it is.
    pub(crate) kind: ReplyKindDto,
    /// How probable it is that the manuals answer at all, 0 to 1.
    pub(crate) probability: f32,
    /// The passages, the best first.
    pub(crate) passages: Vec<PassageDto>,
    /// What the question may have meant.
    pub(crate) candidates: Vec<MeantDefect>,
    /// Lines that belong to no section and fit, too.
    pub(crate) not_assigned: Vec<PassageDto>,
    /// Words that the question excludes.
    pub(crate) excluded: Vec<String>,
    /// What the search had to do without.
    pub(crate) notice: Option<String>,
}

impl From<&FoundPassage> for PassageDto {
    fn from(found: &FoundPassage) -> Self {
        let chunk = &found.chunk;
        Self {
            manual: found.manual.id.0,
            file_name: fettle_domain::file_name_of(&found.manual.path).to_owned(),
            heading: Some(chunk.heading.clone()).filter(|heading| !heading.is_empty()),
            defect: chunk.defect.as_ref().map(ToString::to_string),
            statement: chunk.assigned.then(|| chunk.statement.clone()),
            text: chunk.words.clone(),
            page: chunk.page,
            score: found.fused_score,
        }
    }
}

impl From<&ManualAnswer> for ManualAnswerDto {
    fn from(answer: &ManualAnswer) -> Self {
        let (kind, candidates) = match &answer.reply {
            ManualReply::Found { .. } => (ReplyKindDto::Found, &[][..]),
            ManualReply::Grouped { .. } => (ReplyKindDto::Grouped, &[][..]),
            ManualReply::Clarify { candidates, .. } => {
                (ReplyKindDto::Clarify, candidates.as_slice())
            }
            ManualReply::NotSaid { .. } => (ReplyKindDto::NotSaid, &[][..]),
        };
        Self {
            kind,
            probability: answer.probability,
            passages: answer.reply.passages().into_iter().map(PassageDto::from).collect(),
            candidates: candidates
                .iter()
                .map(|one| MeantDefect {
                    product: one.product.to_string(),
                    defect: one.defect.as_ref().map(ToString::to_string),
                    name_ko: one.name_ko.clone(),
                    name_en: one.name_en.clone(),
                })
                .collect(),
            not_assigned: answer.not_assigned.iter().map(PassageDto::from).collect(),
            excluded: answer.excluded.clone(),
            notice: answer.notice.clone(),
        }
    }
}
