//! Who may call the server, and who changed what: access tokens, people who sign in at the
//! window, the audit trail, and the
//! certificate that the server encrypts with.

mod audit_trail;
mod certificate;
mod people;
mod pins;
mod token_ring;
mod tokens;

pub use audit_trail::{CheckAudit, ExportAudit, ExportedAudit, ListAudit};
pub use certificate::{Certificate, OpenCertificate};
pub(crate) use people::check_somebody_may_administer;
pub use people::{ListPeople, RemovePerson, SetPerson, SignIn, SignOut};
pub use token_ring::{ReadTokens, TokenRing};
pub use tokens::{AddToken, ListTokens, RevokeToken, SecretToken};
