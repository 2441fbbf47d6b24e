//! `fettle token`, `fettle person` and `fettle audit`.

use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};

use crate::args;
use crate::commands::inspect::VerdictStatus;
use crate::table;
use crate::terminal::Terminal;
use fettle_domain::{AccessToken, AuditCheck, AuditFault, Person};
use fettle_engine::{
    AddToken, CheckAudit, Engine, ExportAudit, ListAudit, ListPeople, ListTokens, RemovePerson,
    RevokeToken, SetPerson,
};

/// Bytes of a PIN and its line's end, at most.
const MAX_PIN_BYTES: u64 = 1000;

pub(crate) fn token(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Token,
) -> anyhow::Result<()> {
    match args {
        args::Token::Add { name, role, days, bare } => {
            let request = AddToken { name: name.clone(), role: (*role).into(), days: *days };
            let given = terminal.run(engine, request)?;
            if *bare {
                terminal.print_line(&given.secret);
                return Ok(());
            }
            let until = match &given.token.expires_at {
                Some(time) => terminal.text("token-until", &[("time", time.as_str().into())]),
                None => terminal.text("token-endless", &[]),
            };
            let role = terminal.text(given.token.role.message_id(), &[]);
            let name = given.token.name.as_str().into();
            let values = [("name", name), ("role", role.into()), ("until", until.into())];
            terminal.print_message("token-given", &values);
            terminal.print_line(&given.secret);
            terminal.print_message("token-shown-once", &[]);
            Ok(())
        }
        args::Token::List { json } => {
            let tokens = terminal.run(engine, ListTokens)?;
            if *json {
                return terminal.print_json(&tokens);
            }
            if tokens.is_empty() {
                terminal.print_message("token-none", &[]);
            }
            let rows: Vec<[String; 4]> =
                tokens.iter().map(|token| token_row(terminal, token)).collect();
            table::print(terminal, &rows);
            Ok(())
        }
        args::Token::Revoke { name } => {
            let revoked = terminal.run(engine, RevokeToken(name.clone()))?;
            let name = revoked.name.as_str().into();
            terminal.print_message("token-revoked", &[("name", name)]);
            Ok(())
        }
    }
}

fn token_row(terminal: &Terminal, token: &AccessToken) -> [String; 4] {
    let has_ended = token.expires_at.as_deref().is_some_and(|time| {
        time.parse().is_ok_and(|ends: jiff::Timestamp| ends <= jiff::Timestamp::now())
    });
    let state = match &token.revoked_at {
        Some(_) => "token-state-revoked",
        None if has_ended => "token-state-expired",
        None => "token-state-valid",
    };
    [
        token.name.clone(),
        terminal.text(token.role.message_id(), &[]),
        token.expires_at.clone().unwrap_or_default(),
        terminal.text(state, &[]),
    ]
}

/// Reads a PIN or the text of a badge: unseen where a person types it, else the first line of standard input.
fn read_pin() -> io::Result<String> {
    if io::stdin().is_terminal() {
        return console::Term::stderr().read_secure_line();
    }
    let mut pin = String::new();
    BufReader::new(io::stdin().take(MAX_PIN_BYTES)).read_line(&mut pin)?;
    Ok(pin.trim_end_matches(['\r', '\n']).to_owned())
}

pub(crate) fn person(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Person,
) -> anyhow::Result<()> {
    match args {
        args::Person::Add { name, role } => {
            terminal.eprint_message("person-pin", &[]);
            let pin = read_pin()?;
            let request = SetPerson { name: name.clone(), role: (*role).into(), pin };
            let person = terminal.run(engine, request)?;
            let role = terminal.text(person.role.message_id(), &[]);
            let values = [("name", person.name.into()), ("role", role.into())];
            terminal.print_message("person-set", &values);
            Ok(())
        }
        args::Person::List { json } => {
            let people = terminal.run(engine, ListPeople)?;
            if *json {
                return terminal.print_json(&people);
            }
            if people.is_empty() {
                terminal.print_message("person-none", &[]);
            }
            let row = |person: &Person| {
                [person.name.clone(), terminal.text(person.role.message_id(), &[])]
            };
            table::print(terminal, &people.iter().map(row).collect::<Vec<_>>());
            Ok(())
        }
        args::Person::Remove { name } => {
            terminal.run(engine, RemovePerson(name.clone()))?;
            terminal.print_message("person-removed", &[("name", name.as_str().into())]);
            Ok(())
        }
    }
}

pub(crate) fn audit(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Audit,
) -> anyhow::Result<()> {
    match args {
        args::Audit::List { limit, json } => {
            let entries = terminal.run(engine, ListAudit::Newest(*limit))?;
            if *json {
                return terminal.print_json(&entries);
            }
            if entries.is_empty() {
                terminal.print_message("audit-none", &[]);
            }
            for entry in &entries {
                let (before, after) = (entry.before.as_deref(), entry.after.as_deref());
                terminal.print_line(&format!(
                    "{} {} {} ({}) {} {} {} {} → {}",
                    entry.id,
                    entry.at,
                    entry.who,
                    entry.via.name(),
                    entry.action.name(),
                    entry.kind,
                    entry.subject,
                    before.unwrap_or("-"),
                    after.unwrap_or("-"),
                ));
            }
            Ok(())
        }
        args::Audit::Verify { head, json } => {
            let check = terminal.run(engine, CheckAudit { kept_head: head.clone() })?;
            match json {
                true => terminal.print_json(&check)?,
                false => print_check(terminal, &check),
            }
            match check.fault {
                Some(_) => Err(VerdictStatus(1).into()),
                None => Ok(()),
            }
        }
        args::Audit::Export { file, after } => {
            let written =
                terminal.run(engine, ExportAudit { path: file.clone(), after: *after })?;
            let path = written.path.display().to_string();
            let values = [("entries", written.entries.into()), ("path", path.into())];
            terminal.print_message("audit-exported", &values);
            Ok(())
        }
    }
}

fn print_check(terminal: &Terminal, check: &AuditCheck) {
    let entries = usize::try_from(check.entries).unwrap_or(usize::MAX);
    let id = |id: &u64| vec![("id", id.to_string().into())];
    let (message, values) = match (&check.fault, &check.head) {
        (Some(AuditFault::Changed { id: entry }), _) => ("audit-changed", id(entry)),
        (Some(AuditFault::Missing { id: entry }), _) => ("audit-missing", id(entry)),
        (Some(AuditFault::UnknownHead), _) => ("audit-unknown-head", vec![]),
        (None, None) => ("audit-empty", vec![]),
        (None, Some(head)) => {
            ("audit-intact", vec![("entries", entries.into()), ("head", head.as_str().into())])
        }
    };
    terminal.print_message(message, &values);
}
