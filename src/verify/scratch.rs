//! Where the proof runs: a database of its own, on a server that is not prod's.

use crate::connect::{Conninfo, Session};
use crate::sql::quote;
use crate::verify::evidence::Evidence;
use crate::verify::leftovers::Leftovers;
use crate::verify::{BinarySearch, Cluster, VerifyError, roles};
use std::process::id;
use std::sync::atomic::{AtomicU32, Ordering};

/// Asked first: a function that may not be called is an error wherever it stands in a query.
const MAY_IDENTIFY: &str =
    "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')";
const IDENTIFY: &str = "SELECT c.system_identifier FROM pg_catalog.pg_control_system() c";

/// A database for the proof.
#[derive(Debug)]
pub(super) struct Scratch {
    /// What goes away with it; on a private cluster everything does.
    leftovers: Option<Leftovers>,
    cluster: Option<Cluster>,
    /// The server's own database, from where the other one is made.
    server: Conninfo,
    database: Conninfo,
    name: String,
    superuser: bool,
    /// Where it is, for people.
    pub(super) place: String,
    /// What it cannot show.
    pub(super) limits: Vec<String>,
}

/// Makes the database.
pub(super) async fn open(
    evidence: &Evidence,
    asked: Option<&Conninfo>,
    binaries: &BinarySearch,
    progress: &mut dyn FnMut(&str),
) -> Result<Scratch, VerifyError> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let name = format!("pgbridge_scratch_{}_{}", id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    if let Some(server) = asked {
        let session = Session::open(server).await?;
        let identifier = match session.scalar_text(MAY_IDENTIFY).await?.as_deref() {
            Some("t") => session.scalar_text(IDENTIFY).await?,
            _ => None,
        };
        check_identity(evidence, server, identifier)?;
        progress(&format!("making the scratch database {name} on {}", server.redacted()));
        let place = format!("database {name} on {}", server.redacted());
        let leftovers = Leftovers::new(server, &name);
        let mut scratch = Scratch::new(None, server, server.with_database(&name), name, place);
        // from here on it is cleaned up, whatever happens
        scratch.leftovers = Some(leftovers);
        return match scratch.prepare(evidence, &session).await {
            Ok(()) => Ok(scratch),
            Err(error) => scratch.remove().await.and(Err(error)),
        };
    }
    let found = binaries.find(Some(evidence.prod.server.major()))?;
    progress(&format!("starting a private cluster of PostgreSQL {}", found.major));
    let place =
        format!("a private cluster of PostgreSQL {} from {}", found.major, found.folder.display());
    let folder = found.folder.clone();
    let started = tokio::task::spawn_blocking(move || Cluster::start(&found)).await;
    let cluster =
        started.map_err(|error| VerifyError::Start { folder, reason: error.to_string() })??;
    let (server, database) = (cluster.conninfo("postgres")?, cluster.conninfo(&name)?);
    let session = Session::open(&server).await?;
    let mut scratch = Scratch::new(Some(cluster), &server, database, name, place);
    scratch.prepare(evidence, &session).await?;
    Ok(scratch)
}

/// Prod's server is refused, and so is one of which that cannot be told.
fn check_identity(
    evidence: &Evidence,
    server: &Conninfo,
    scratch: Option<String>,
) -> Result<(), VerifyError> {
    let unknown = |whose| VerifyError::UnknownServer { server: server.redacted(), whose };
    let prod = evidence.prod.server.system_identifier.as_ref().ok_or_else(|| unknown("prod's"))?;
    let identifier = scratch.ok_or_else(|| unknown("its"))?;
    if *prod == identifier {
        return Err(VerifyError::ProdServer { server: server.redacted(), identifier });
    }
    Ok(())
}

impl Scratch {
    fn new(
        cluster: Option<Cluster>,
        server: &Conninfo,
        database: Conninfo,
        name: String,
        place: String,
    ) -> Self {
        Self {
            leftovers: None,
            cluster,
            server: server.clone(),
            database,
            name,
            superuser: false,
            place,
            limits: Vec::new(),
        }
    }

    /// Makes the database anew, empty.
    pub(super) async fn renew(&mut self, evidence: &Evidence) -> Result<(), VerifyError> {
        let session = Session::open(&self.server).await?;
        session.run(&format!("DROP DATABASE {} WITH (FORCE)", quote::ident(&self.name))).await?;
        let limits = self.limits.clone();
        self.create(evidence, &session).await?;
        // they are the same as at the first time
        self.limits = limits;
        Ok(())
    }

    /// Opens a session on the database, as who we are on that server.
    pub(super) async fn session(&self) -> Result<Session, VerifyError> {
        Ok(Session::open(&self.database).await?)
    }

    /// Opens a session as the role that will run the files.
    pub(super) async fn session_as(&self, role: &str) -> Result<Session, VerifyError> {
        let session = self.session().await?;
        if role != self.database.user() {
            let how = if self.superuser { "SESSION AUTHORIZATION" } else { "ROLE" };
            let set = session.run(&format!("SET {how} {}", quote::ident(role))).await;
            set.map_err(|error| VerifyError::ApplyRole {
                role: role.to_owned(),
                server: session.describe(),
                reason: error.to_string(),
            })?;
        }
        Ok(session)
    }

    /// Who we are on that server.
    pub(super) fn user(&self) -> &str {
        self.database.user()
    }

    async fn prepare(&mut self, evidence: &Evidence, session: &Session) -> Result<(), VerifyError> {
        self.superuser = session.scalar_text("SHOW is_superuser").await?.as_deref() == Some("on");
        self.name_version(evidence, session).await?;
        self.stand_in(evidence, session).await?;
        self.create(evidence, session).await
    }

    async fn name_version(
        &mut self,
        evidence: &Evidence,
        session: &Session,
    ) -> Result<(), VerifyError> {
        let prod = &evidence.prod.server;
        if session.server_version_num() != prod.version_num {
            let here = session.scalar_text("SHOW server_version").await?.unwrap_or_default();
            self.limits
                .push(format!("prod runs PostgreSQL {}, the proof ran on {here}", prod.version));
        }
        Ok(())
    }

    async fn stand_in(
        &mut self,
        evidence: &Evidence,
        session: &Session,
    ) -> Result<(), VerifyError> {
        let existing = roles::existing(session).await?;
        let mut made = Vec::new();
        for role in roles::named(evidence).difference(&existing) {
            let applies = *role == evidence.options.apply_role && self.superuser;
            if !roles::create(session, role, applies).await? {
                continue;
            }
            if applies {
                self.limits.push(format!("the role {role} ran the files as a superuser: a privilege that it lacks on prod would not show"));
            }
            if let Some(leftovers) = &mut self.leftovers {
                leftovers.add_role(role);
            }
            made.push(role.clone());
        }
        if self.cluster.is_none() && !made.is_empty() {
            self.limits.push(format!("stand-in roles: {}", made.join(", ")));
        }
        Ok(())
    }

    /// With prod's encoding and locale, where the server has them.
    async fn create(&mut self, evidence: &Evidence, session: &Session) -> Result<(), VerifyError> {
        let prod = &evidence.prod.server;
        let (ident, text) = (quote::ident(&self.name), quote::literal);
        let base =
            format!("CREATE DATABASE {ident} TEMPLATE template0 ENCODING {}", text(&prod.encoding));
        let full =
            format!("{base} LC_COLLATE {} LC_CTYPE {}", text(&prod.collate), text(&prod.ctype));
        if session.run(&full).await.is_err() {
            session.run(&base).await.map_err(|error| VerifyError::Prepare {
                what: format!("the database {}", self.name),
                server: session.describe(),
                reason: error.to_string(),
            })?;
            self.limits.push(format!(
                "prod's locale {} is not on the scratch server, which used its own",
                prod.collate
            ));
        }
        if self.superuser && !prod.database_owner.is_empty() {
            let owner = quote::ident(&prod.database_owner);
            session.run(&format!("ALTER DATABASE {ident} OWNER TO {owner}")).await?;
        }
        Ok(())
    }

    /// Drops it, with all that was made for it.
    pub(super) async fn remove(self) -> Result<(), VerifyError> {
        match self.leftovers {
            Some(leftovers) => leftovers.remove().await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_identity;
    use crate::connect::{Conninfo, Environment};
    use crate::verify::VerifyError;
    use crate::verify::evidence::tests::evidence;

    #[test]
    fn prod_is_refused_even_when_asked_for() {
        let mut evidence = evidence();
        let server = Conninfo::parse("postgresql://u@h/d", &Environment::default()).unwrap();
        let check = |evidence: &_, identifier: Option<&str>| {
            check_identity(evidence, &server, identifier.map(str::to_owned))
        };
        assert!(matches!(check(&evidence, Some("77")), Err(VerifyError::ProdServer { .. })));
        assert!(matches!(
            check(&evidence, None),
            Err(VerifyError::UnknownServer { whose: "its", .. })
        ));
        assert!(check(&evidence, Some("78")).is_ok());
        evidence.prod.server.system_identifier = None;
        assert!(matches!(
            check(&evidence, Some("78")),
            Err(VerifyError::UnknownServer { whose: "prod's", .. })
        ));
    }
}
