//! Claims about a manual (`tests/golden/grounding`): no false one is certified, of the true ones a
//! known share.

use crate::claim::find_support;
use fettle_domain::{ReportPart, Section, Statement};
use fettle_testing::data::golden;
use fettle_testing::documents::section;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    sections: Vec<ManualSection>,
    #[serde(rename = "false")]
    false_ones: Vec<Claim>,
    #[serde(rename = "true")]
    true_ones: Vec<Claim>,
}

#[derive(Deserialize)]
struct ManualSection {
    heading: String,
    causes: Vec<String>,
    actions: Vec<String>,
}

/// A sentence about a section.
#[derive(Deserialize)]
struct Claim {
    section: String,
    part: ReportPart,
    statement: String,
    held_out: bool,
    /// The rule that made it false.
    #[serde(default)]
    rule: String,
    sentence: String,
}

impl Claims {
    fn read() -> Self {
        let text = std::fs::read_to_string(golden("grounding/claims.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn section(&self, heading: &str) -> Section {
        let of = self.sections.iter().find(|section| section.heading == heading).unwrap();
        let mut out = section("x", heading);
        let first = out.causes[0].clone();
        let statements = |letter: char, texts: &[String]| -> Vec<Statement> {
            let numbered = (1..).zip(texts);
            let of = |(n, text): (u32, &String)| Statement {
                id: format!("x.{letter}{n}"),
                text: text.clone(),
                ..first.clone()
            };
            numbered.map(of).collect()
        };
        out.causes = statements('c', &of.causes);
        out.actions = statements('a', &of.actions);
        out
    }

    /// The statement that a claim is certified by.
    fn support(&self, claim: &Claim) -> Option<String> {
        let section = self.section(&claim.section);
        let ids = find_support(&claim.sentence, claim.part, &section)?;
        let texts = section.statements().filter(|statement| ids.contains(&statement.id));
        Some(texts.map(|statement| statement.text.as_str()).collect::<Vec<_>>().join(" + "))
    }
}

#[test]
fn no_false_claim_is_certified() {
    let claims = Claims::read();
    assert_eq!(claims.false_ones.len(), 200);
    let certified: Vec<String> = claims
        .false_ones
        .iter()
        .filter(|claim| claims.support(claim).is_some())
        .map(|claim| format!("{}: {}", claim.rule, claim.sentence))
        .collect();
    assert_eq!(certified, [""; 0]);
}

/// True claims in the manual's words are kept with the statement that they are about; those in
/// other words are not. The counts are those of the checker as it is: a change of either is to be
/// looked at.
#[test]
fn a_share_of_the_true_claims_is_kept() {
    let claims = Claims::read();
    let kept = |held_out: bool| {
        let half = || claims.true_ones.iter().filter(|claim| claim.held_out == held_out);
        assert_eq!(half().count(), 50);
        half().filter(|claim| claims.support(claim).as_ref() == Some(&claim.statement)).count()
    };
    assert_eq!([kept(false), kept(true)], [34, 34]);
}
