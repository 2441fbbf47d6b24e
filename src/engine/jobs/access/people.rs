//! People who sign in at the window: listed, added, removed; signing in and out.

use std::time::Instant;

use super::pins::{digest_of, owner_of};
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Actor, Person, Role};

/// Letters of a PIN, or of what a badge's reader types.
const PIN_LETTERS: std::ops::RangeInclusive<usize> = 4..=64;
/// Letters of a name, at most.
const MAX_NAME_LETTERS: usize = 60;

/// Lists the people who may sign in.
#[derive(Debug, Clone, Copy)]
pub struct ListPeople;

impl Request for ListPeople {
    type Answer = Vec<Person>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-people"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<Person>> {
        let people = job.library(|library| library.people())?;
        Ok(people.into_iter().map(|(person, _pin)| person).collect())
    }
}

/// Adds a person, or gives one of this name another role and PIN.
#[derive(Clone)]
pub struct SetPerson {
    /// The name that judgements and the audit trail show.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The PIN, or what the reader of badges types.
    pub pin: String,
}

impl std::fmt::Debug for SetPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("SetPerson");
        shown.field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Request for SetPerson {
    type Answer = Person;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "set-person"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<Person> {
        let name = self.name.trim().to_owned();
        let is_name = (1..=MAX_NAME_LETTERS).contains(&name.chars().count())
            && !name.chars().any(char::is_control);
        if !is_name {
            return Err(EngineError::BadPersonName(name));
        }
        if !PIN_LETTERS.contains(&self.pin.chars().count()) {
            return Err(EngineError::BadPin);
        }
        // Two people with one PIN could not be told apart by it.
        let people = job.library(|library| library.people())?;
        if owner_of(&people, &self.pin).is_some_and(|owner| owner.name != name) {
            return Err(EngineError::PinTaken);
        }
        let digest = digest_of(&self.pin, &people)?;
        if self.role < Role::Admin {
            check_not_the_last_administrator(job, &people, &name)?;
        }
        job.library(move |library| library.set_person(&name, self.role, &digest))
    }
}

/// Removes a person, who cannot sign in any more.
#[derive(Debug, Clone)]
pub struct RemovePerson(pub String);

impl Request for RemovePerson {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "remove-person"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let people = job.library(|library| library.people())?;
        check_not_the_last_administrator(job, &people, &self.0)?;
        job.library(move |library| library.remove_person(&self.0))
    }
}

/// Signs a person in: what the window does next is that person's, with that person's role.
#[derive(Clone)]
pub struct SignIn {
    /// The person; `None`: whoever's PIN or badge it is.
    pub name: Option<String>,
    /// The PIN, or what the reader of badges typed.
    pub pin: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Request for SignIn {
    type Answer = Person;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "sign-in"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Person> {
        job.shared
            .sign_in_attempts(|attempts| attempts.check(Instant::now()))
            .map_err(|seconds| EngineError::SignInWaits { seconds })?;
        let people = job.library(|library| library.people())?;
        let is_asked = |name: &str| self.name.as_deref().is_none_or(|asked| asked == name);
        let people: Vec<_> =
            people.into_iter().filter(|(person, _pin)| is_asked(&person.name)).collect();
        let found = owner_of(&people, &self.pin);
        if found.is_none() {
            job.shared.sign_in_attempts(|attempts| attempts.was_wrong(Instant::now()));
        }
        let person = found.cloned().ok_or(EngineError::WrongPin)?;
        let (name, via, role) = (person.name.clone(), job.actor.via, person.role);
        job.shared.set_signed_in(Some(Actor { name, via, role }));
        Ok(person)
    }
}

/// Signs whoever is signed in out: what the window does next is the machine's user's, with the role that
/// the settings give.
#[derive(Debug, Clone, Copy)]
pub struct SignOut;

impl Request for SignOut {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "sign-out"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.set_signed_in(None);
        Ok(())
    }
}

/// Refuses where nobody could change the settings in the window any more: whoever works there without
/// signing in may not, and no administrator may sign in.
///
/// # Errors
/// [`EngineError::NoAdministratorLeft`].
pub(crate) fn check_somebody_may_administer<'a>(
    default_role: Role,
    mut roles: impl Iterator<Item = &'a Role>,
) -> Result<()> {
    match default_role == Role::Admin || roles.any(|role| *role == Role::Admin) {
        true => Ok(()),
        false => Err(EngineError::NoAdministratorLeft),
    }
}

/// Refuses to take its role from the person called `name`, where that one is the last administrator. A
/// workspace that has none already loses nothing.
fn check_not_the_last_administrator(
    job: &JobContext,
    people: &[(Person, String)],
    name: &str,
) -> Result<()> {
    let is_named = |person: &Person| person.name == name;
    let (own, others): (Vec<&Person>, Vec<&Person>) =
        people.iter().map(|(person, _pin)| person).partition(|person| is_named(person));
    if own.iter().all(|person| person.role < Role::Admin) {
        return Ok(());
    }
    let roles = others.iter().map(|person| &person.role);
    check_somebody_may_administer(job.shared.settings().default_role, roles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AddProduct, ChangePreference, Engine, EngineOptions, ListAudit, Preference};
    use fettle_domain::{Language, Product, Via};
    use fettle_settings::{Settings, Workspace};

    fn engine(root: &std::path::Path, default_role: Role) -> Engine {
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let settings = Settings { default_role, ..Settings::default() };
        Engine::start(Workspace::at(root), settings, options).unwrap().called_via(Via::Window)
    }

    fn ask<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request)?.wait(|_| {})
    }

    fn add(engine: &Engine, name: &str, role: Role, pin: &str) -> Result<Person> {
        let actor = Actor { name: "boss".to_owned(), via: Via::Cli, role: Role::Admin };
        let request = SetPerson { name: name.to_owned(), role, pin: pin.to_owned() };
        engine.submit_as(actor, request)?.wait(|_| {})
    }

    #[test]
    fn whoever_signs_in_may_do_what_the_role_may_and_the_trail_has_the_name() {
        let root = tempfile::tempdir().unwrap();
        let engine = engine(root.path(), Role::Operator);
        add(&engine, "김 검사", Role::Operator, "1234").unwrap();
        add(&engine, "박 기사", Role::Engineer, "badge-0042").unwrap();
        let product = || {
            let code = "prod1".parse().unwrap();
            AddProduct(Product { code, name_ko: "주조품".into(), name_en: "Casting".into() })
        };
        // That it may not be is the job's answer, as any other failure.
        let refused = engine.submit(product()).unwrap().wait(|_| {}).unwrap_err();
        assert!(refused.explain(Language::En).contains("engineer"), "{refused}");
        let machine_user = engine.user().name;
        let sign_in = |name: Option<&str>, pin: &str| {
            ask(&engine, SignIn { name: name.map(str::to_owned), pin: pin.to_owned() })
        };
        assert!(matches!(sign_in(Some("박 기사"), "1234"), Err(EngineError::WrongPin)));
        assert_eq!(sign_in(None, "badge-0042").unwrap().name, "박 기사");
        assert_eq!(
            (engine.user().name.as_str(), engine.machine_user()),
            ("박 기사", &*machine_user)
        );
        ask(&engine, product()).unwrap();
        let trail = ask(&engine, ListAudit::Newest(1));
        assert!(matches!(trail, Err(EngineError::RoleTooLow { .. })), "{trail:?}");
        ask(&engine, SignOut).unwrap();
        assert_eq!(engine.user().role, Role::Operator);

        let admin = Actor { name: "boss".to_owned(), via: Via::Cli, role: Role::Admin };
        let trail = engine.submit_as(admin, ListAudit::Newest(10)).unwrap().wait(|_| {}).unwrap();
        let said: Vec<_> =
            trail.iter().map(|entry| format!("{} {}", entry.who, entry.kind)).collect();
        assert_eq!(said, ["boss people", "boss people", "박 기사 products"]);
        let all = format!("{trail:?}");
        assert!(!all.contains("1234") && !all.contains("argon2"), "{all}");
    }

    #[test]
    fn a_pin_is_long_enough_and_nobody_elses_and_cannot_be_guessed() {
        let root = tempfile::tempdir().unwrap();
        let engine = engine(root.path(), Role::Operator);
        add(&engine, "kim", Role::Operator, "1234").unwrap();
        // Name, PIN, what is wrong.
        let cases = [
            ("lee", "123", "4 to 64"),
            ("lee", "1234", "somebody else"),
            ("", "4321", "name"),
            ("a\tb", "4321", "name"),
        ];
        for (name, pin, wrong) in cases {
            let error = add(&engine, name, Role::Operator, pin).unwrap_err();
            let said = error.explain(Language::En);
            assert!(said.contains(wrong), "{name:?} {pin:?}: {said}");
        }
        // A person may keep the PIN with another role.
        add(&engine, "kim", Role::Supervisor, "1234").unwrap();
        let guess = || ask(&engine, SignIn { name: None, pin: "0000".to_owned() }).unwrap_err();
        for number in 0..5 {
            // Whoever has a PIN of one's own cannot guess the longer for it.
            if number == 4 {
                ask(&engine, SignIn { name: None, pin: "1234".to_owned() }).unwrap();
            }
            assert!(matches!(guess(), EngineError::WrongPin));
        }
        assert!(matches!(guess(), EngineError::SignInWaits { .. }));
    }

    #[test]
    fn another_role_and_a_removal_count_for_the_next_job() {
        let root = tempfile::tempdir().unwrap();
        let engine = engine(root.path(), Role::Operator);
        add(&engine, "kim", Role::Engineer, "1234").unwrap();
        ask(&engine, SignIn { name: None, pin: "1234".to_owned() }).unwrap();
        let product = |code: &str| {
            let (name_ko, name_en) = ("주조품".to_owned(), "Casting".to_owned());
            ask(&engine, AddProduct(Product { code: code.parse().unwrap(), name_ko, name_en }))
        };
        product("prod1").unwrap();
        // Another process has a connection of its own.
        let other = fettle_library::Library::open(root.path());
        other.unwrap().set_person("kim", Role::Operator, "digest").unwrap();
        assert!(matches!(product("prod2"), Err(EngineError::RoleTooLow { .. })));
        assert_eq!(engine.signed_in().map(|actor| actor.role), Some(Role::Operator));
        add(&engine, "kim", Role::Engineer, "1234").unwrap();
        product("prod3").unwrap();
        let boss = Actor { name: "boss".to_owned(), via: Via::Cli, role: Role::Admin };
        let removed = engine.submit_as(boss, RemovePerson("kim".to_owned())).unwrap();
        removed.wait(|_| {}).unwrap();
        assert!(matches!(product("prod4"), Err(EngineError::RoleTooLow { .. })));
        assert_eq!(engine.signed_in(), None);
        assert_eq!(engine.user().name, engine.machine_user());
    }

    #[test]
    fn the_settings_are_locked_for_nobody() {
        let root = tempfile::tempdir().unwrap();
        let engine = engine(root.path(), Role::Admin);
        let default_role =
            |role: Role| ask(&engine, ChangePreference(Preference::DefaultRole(role)));
        let remove = |name: &str| ask(&engine, RemovePerson(name.to_owned()));
        let refused = |answer: Result<()>| {
            let said = answer.unwrap_err();
            assert!(matches!(said, EngineError::NoAdministratorLeft), "{said}");
        };
        add(&engine, "kim", Role::Engineer, "1234").unwrap();
        refused(default_role(Role::Operator));
        add(&engine, "lee", Role::Admin, "4321").unwrap();
        default_role(Role::Operator).unwrap();
        // The last administrator neither goes nor gets another role; others do.
        let boss = || Actor { name: "boss".to_owned(), via: Via::Cli, role: Role::Admin };
        let by_boss =
            |request: RemovePerson| engine.submit_as(boss(), request).unwrap().wait(|_| {});
        refused(by_boss(RemovePerson("lee".to_owned())));
        refused(add(&engine, "lee", Role::Operator, "4321").map(drop));
        by_boss(RemovePerson("kim".to_owned())).unwrap();
        add(&engine, "park", Role::Admin, "5678").unwrap();
        by_boss(RemovePerson("lee".to_owned())).unwrap();
        assert!(matches!(remove("park"), Err(EngineError::RoleTooLow { .. })));
    }
}
