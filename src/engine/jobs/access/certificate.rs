//! The certificate that the server encrypts with: the owner's, or one that Fettle makes and keeps.

use std::io;
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_system::{create_folders, replace};

/// The folder of the workspace that keeps Fettle's own certificate. It is in no back-up.
const FOLDER: &str = "tls";
/// Bytes of a file with a certificate or a key, at most.
const MAX_PEM_BYTES: u64 = 1_000_000;

/// Reads a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenCertificate {
    /// The owner's.
    Files {
        /// The certificate, or the chain of them, as PEM.
        certificate: PathBuf,
        /// Its key as PEM.
        key: PathBuf,
    },
    /// One of Fettle's own, for callers who reach this machine by these names and addresses. It is made
    /// again only where it lacks one of them, so that whoever trusts it need not do so again.
    SelfSigned {
        /// The names and addresses.
        names: Vec<String>,
    },
}

/// Result of [`OpenCertificate`].
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate as PEM.
    pub certificate_pem: String,
    /// Its key as PEM.
    pub key_pem: String,
    /// SHA-256 of the certificate, as browsers print it.
    pub fingerprint: String,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Certificate");
        shown.field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl Request for OpenCertificate {
    type Answer = Certificate;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "open-certificate"
    }

    /// Whoever may start the server was asked before.
    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Certificate> {
        let (certificate, key) = match self {
            Self::Files { certificate, key } => (certificate, key),
            Self::SelfSigned { names } => own(job, names)?,
        };
        let (certificate_pem, key_pem) = (read(&certificate)?, read(&key)?);
        let der = CertificateDer::from_pem_slice(certificate_pem.as_bytes());
        let der = der.map_err(|error| failed(&certificate)(io::Error::other(error)))?;
        let bytes = Sha256::digest(&der);
        let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Certificate { certificate_pem, key_pem, fingerprint: bytes.join(":") })
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> EngineError {
    move |source| EngineError::File { path: path.to_owned(), source }
}

fn read(path: &Path) -> Result<String> {
    fettle_system::read_to_string(path, MAX_PEM_BYTES).map_err(failed(path))
}

/// The files of the certificate of one's own, which is made where there is none, or none for all `names`.
fn own(job: &JobContext, mut names: Vec<String>) -> Result<(PathBuf, PathBuf)> {
    let folder = job.shared.workspace.root().as_path().join(FOLDER);
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let list = folder.join("names.txt");
    let known = read(&list).unwrap_or_default();
    let is_known = |name: &String| known.lines().any(|known| known == name);
    if certificate.exists() && key.exists() && names.iter().all(is_known) {
        return Ok((certificate, key));
    }
    names.extend(known.lines().map(str::to_owned));
    names.sort();
    names.dedup();
    let written = names.join("\n");
    make(&folder, [&certificate, &key], names)?;
    replace(&list, written.as_bytes()).map_err(failed(&list))?;
    Ok((certificate, key))
}

/// Makes a certificate and its key, which nobody but this account may read: files take the mode of their
/// folder.
fn make(folder: &Path, [certificate, key]: [&Path; 2], names: Vec<String>) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|error| failed(folder)(io::Error::other(error)))?;
    create_folders(folder).map_err(failed(folder))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let alone = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, alone).map_err(failed(folder))?;
    }
    replace(key, made.signing_key.serialize_pem().as_bytes()).map_err(failed(key))?;
    replace(certificate, made.cert.pem().as_bytes()).map_err(failed(certificate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace};

    #[test]
    fn a_certificate_of_ones_own_is_made_once_and_its_key_is_private() {
        let root = tempfile::tempdir().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let workspace = Workspace::at(root.path());
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let open = |request: OpenCertificate| engine.submit(request).unwrap().wait(|_| {});
        let own = OpenCertificate::SelfSigned { names: vec!["line-3".into(), "::1".into()] };
        let first = open(own.clone()).unwrap();
        assert_eq!(open(own).unwrap(), first);
        // Fewer names are no reason for another one; a new one is, and the old ones stay in it.
        let fewer = OpenCertificate::SelfSigned { names: vec!["::1".into()] };
        assert_eq!(open(fewer).unwrap(), first);
        let moved = OpenCertificate::SelfSigned { names: vec!["192.168.0.4".into()] };
        let second = open(moved).unwrap();
        assert_ne!(second, first);
        let all =
            OpenCertificate::SelfSigned { names: vec!["line-3".into(), "192.168.0.4".into()] };
        assert_eq!(open(all).unwrap(), second);
        assert_eq!(second.fingerprint.split(':').count(), 32);
        assert!(!format!("{second:?}").contains("PRIVATE"));
        let (certificate, key) =
            (root.path().join("tls/certificate.pem"), root.path().join("tls/key.pem"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{mode:o}");
        }
        let files = OpenCertificate::Files { certificate: certificate.clone(), key: key.clone() };
        assert_eq!(open(files).unwrap(), second);
        // Exchanged, missing.
        let swapped = OpenCertificate::Files { certificate: key.clone(), key: certificate };
        assert!(open(swapped).is_err());
        let gone = OpenCertificate::Files { certificate: root.path().join("none.pem"), key };
        assert!(open(gone).unwrap_err().explain(Language::En).contains("none.pem"));
    }
}
