//! Reports on corrective actions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use fettle_domain::{
    Author, InspectionId, Language, ManualFinding, PastAction, Report, ReportLine, ReportPart,
    Statement, Support,
};
use fettle_i18n::Value;

/// A part of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportPart)]
pub(crate) enum ReportPartDto {
    /// What was found.
    Situation,
    /// Causes that the manual names.
    Causes,
    /// Actions that the manual names.
    Actions,
    /// How the manual prevents it.
    Prevention,
    /// What a model wrote itself, apart from the manual.
    Remarks,
}

impl From<ReportPart> for ReportPartDto {
    fn from(part: ReportPart) -> Self {
        match part {
            ReportPart::Situation => Self::Situation,
            ReportPart::Causes => Self::Causes,
            ReportPart::Actions => Self::Actions,
            ReportPart::Prevention => Self::Prevention,
            ReportPart::Remarks => Self::Remarks,
        }
    }
}

/// Where a line of a report comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineSource {
    /// The manual's own words.
    Manual,
    /// Composed by code of the manual's words.
    Composed,
    /// A reference to lines above.
    Reference,
    /// A model's words for the manual's.
    Paraphrase,
    /// Measured in the inspection.
    Measured,
    /// A model's words that nothing supports.
    Unsupported,
}

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReportLine)]
pub(crate) struct ReportLineDto {
    /// The line.
    pub(crate) text: String,
    /// Where it comes from.
    pub(crate) source: LineSource,
    /// The manual's statements that it rests on.
    #[schema(example = json!(["hole.a1"]))]
    pub(crate) statements: Vec<String>,
    /// A machine translation, where the report speaks another language than the manual.
    pub(crate) translation: Option<String>,
}

impl ReportLineDto {
    fn of(report: &Report, line: &ReportLine) -> Self {
        let (source, statements) = match &line.support {
            Support::Manual { statements } => (LineSource::Manual, statements.as_slice()),
            Support::Composed { statements } => (LineSource::Composed, statements.as_slice()),
            Support::Reference { statements } => (LineSource::Reference, statements.as_slice()),
            Support::Paraphrase { statements } => (LineSource::Paraphrase, statements.as_slice()),
            Support::Measured => (LineSource::Measured, &[][..]),
            Support::Unsupported => (LineSource::Unsupported, &[][..]),
        };
        Self {
            text: line.text.clone(),
            source,
            statements: statements.to_vec(),
            translation: report.translation(line).map(str::to_owned),
        }
    }
}

/// A section of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReportSection)]
pub(crate) struct ReportSectionDto {
    /// Which part it is.
    pub(crate) part: ReportPartDto,
    /// Its lines.
    pub(crate) lines: Vec<ReportLineDto>,
}

/// What to do about a defect, every line tied to the manual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Report)]
pub(crate) struct ReportDto {
    /// Its language: `ko` or `en`.
    pub(crate) language: String,
    /// The model that ordered it; absent where code did.
    pub(crate) model: Option<String>,
    /// Its sections.
    pub(crate) sections: Vec<ReportSectionDto>,
}

impl From<&Report> for ReportDto {
    fn from(report: &Report) -> Self {
        let section = |section: &fettle_domain::ReportSection| ReportSectionDto {
            part: section.part.into(),
            lines: section.lines.iter().map(|line| ReportLineDto::of(report, line)).collect(),
        };
        Self {
            language: language_code(report.language).to_owned(),
            model: match &report.author {
                Author::Evidence => None,
                Author::Model { model } => Some(model.to_string()),
            },
            sections: report.sections.iter().map(section).collect(),
        }
    }
}

/// `ko` or `en`.
pub(crate) fn language_code(language: Language) -> &'static str {
    match language {
        Language::Ko => "ko",
        Language::En => "en",
    }
}

/// A statement of a manual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Statement)]
pub(crate) struct StatementDto {
    /// Its id within the manual.
    #[schema(example = "hole.a1")]
    pub(crate) id: String,
    /// Its words.
    pub(crate) text: String,
    /// The page, paragraph, line or slide, from 1.
    pub(crate) page: u32,
}

impl From<&Statement> for StatementDto {
    fn from(statement: &Statement) -> Self {
        let (id, text) = (statement.id.clone(), statement.text.clone());
        Self { id, text, page: statement.page() }
    }
}

/// A picture of the manual's section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Figure)]
pub(crate) struct FigureDto {
    /// The page, paragraph, line or slide that it stands on, from 1.
    pub(crate) page: u32,
    /// What is printed below or above it.
    pub(crate) caption: Option<String>,
    /// The statement that it shows; absent where it shows the section.
    #[schema(example = "hole.a1")]
    pub(crate) statement: Option<String>,
    /// Where the picture is.
    #[schema(example = "/api/v1/inspections/7/figures/1")]
    pub(crate) picture: String,
}

/// The manual's section about a defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ManualFinding)]
pub(crate) struct ManualFindingDto {
    /// The manual.
    pub(crate) manual: i64,
    /// The name of its file.
    pub(crate) file_name: String,
    /// Hash of the version that was read.
    pub(crate) content_hash: String,
    /// The defect looked up.
    pub(crate) defect: String,
    /// Heading of the section.
    pub(crate) heading: String,
    /// Its page, paragraph, line or slide, from 1.
    pub(crate) page: u32,
    /// Its causes.
    pub(crate) causes: Vec<StatementDto>,
    /// Its actions.
    pub(crate) actions: Vec<StatementDto>,
    /// Its pictures, and those of its statements.
    pub(crate) figures: Vec<FigureDto>,
}

impl ManualFindingDto {
    /// What the manual says to the inspection of this number.
    pub(crate) fn of(finding: &ManualFinding, inspection: InspectionId) -> Self {
        let section = &finding.section;
        let figures =
            section.figures_by_statement().zip(1_u32..).map(|((statement, figure), number)| {
                FigureDto {
                    page: figure.page,
                    caption: figure.caption.clone(),
                    statement: statement.map(|statement| statement.id.clone()),
                    picture: format!("/api/v1/inspections/{inspection}/figures/{number}"),
                }
            });
        Self {
            manual: finding.manual.0,
            file_name: fettle_domain::file_name_of(&finding.path).to_owned(),
            content_hash: finding.content_hash.to_string(),
            defect: finding.defect.to_string(),
            heading: section.heading.clone(),
            page: section.page,
            causes: section.causes.iter().map(StatementDto::from).collect(),
            actions: section.actions.iter().map(StatementDto::from).collect(),
            figures: figures.collect(),
        }
    }
}

/// A record of a corrective action that was taken before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PastAction)]
pub(crate) struct PastActionDto {
    /// Its mark, e.g. `capa.3`.
    pub(crate) mark: String,
    /// What was done.
    pub(crate) action: String,
    /// By whom, when, whether it helped: in words.
    pub(crate) facts: Vec<String>,
}

impl PastActionDto {
    /// The record in `language`.
    pub(crate) fn of(past: &PastAction, language: Language) -> Self {
        let text = |(id, values): (&'static str, Vec<(&'static str, String)>)| {
            let values: Vec<(&str, Value)> =
                values.into_iter().map(|(name, value)| (name, value.into())).collect();
            fettle_i18n::text_with(language, id, &values)
        };
        Self {
            mark: past.action.mark(),
            action: past.action_line(),
            facts: past.facts().into_iter().map(text).collect(),
        }
    }
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportForm {
    /// `application/json`.
    #[default]
    Json,
    /// `text/markdown`.
    Markdown,
    /// `application/pdf`, with the pictures.
    Pdf,
}

/// How a report is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    /// The form. Default: `json`.
    #[param(inline)]
    pub(crate) form: Option<ReportForm>,
}
