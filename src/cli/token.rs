//! `sanad token`: what an integrator needs to try out signed identities: the key that the host site
//! and this server share, and tokens as the host site would make them. No server need run.

use crate::cli::connect::DEFAULT_DATA;
use crate::config::service::IdentitySettings;
use crate::domain::facts::Facts;
use crate::domain::time::Timestamp;
use crate::grpc::identity::{HostIdentity, read_fact};
use crate::grpc::keys;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Make the host site's key, and tokens signed with it.
#[derive(Debug, Args)]
pub struct TokenCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the key that the host site signs with, and tell the file it lies in. A server takes it
    /// at its next start.
    Key {
        /// The server's data folder.
        #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
        data: PathBuf,
    },
    /// Sign a token for one customer, as the host site does at login.
    Mint(MintArgs),
}

#[derive(Debug, Args)]
struct MintArgs {
    /// How the host site knows the customer.
    customer_key: String,
    /// What the host site tells of them (repeatable).
    #[arg(long = "fact", value_name = "NAME=VALUE", value_parser = fact)]
    facts: Vec<(String, String)>,
    /// For how many minutes it is good.
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    minutes: u64,
    /// Whom it is for, as `identity.audience` of `service.yaml` says.
    #[arg(long, default_value = IdentitySettings::AUDIENCE, value_name = "AUDIENCE")]
    audience: String,
    /// The server's data folder.
    #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    data: PathBuf,
}

fn fact(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs the command.
pub fn run(command: TokenCommand) -> anyhow::Result<()> {
    match command.what {
        What::Key { data } => {
            println!("{}", make_key(&data)?.display());
            eprintln!("A server that is running reads it when it is started again.");
        }
        What::Mint(args) => {
            let now = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond());
            println!("{}", mint(&args, now)?);
        }
    }
    Ok(())
}

fn make_key(data: &Path) -> anyhow::Result<PathBuf> {
    let path = data.join(IdentitySettings::KEY_FILE);
    if path.exists() {
        bail!("{} is there already; a new key would end every login that is open", path.display());
    }
    keys::make_host_key(&path)?;
    Ok(path)
}

fn mint(args: &MintArgs, now: Timestamp) -> anyhow::Result<String> {
    let path = args.data.join(IdentitySettings::KEY_FILE);
    let key = keys::host_key(&path)?
        .with_context(|| format!("{} is not there: run `sanad token key`", path.display()))?;
    let life = Duration::from_secs(args.minutes * 60);
    let identity = HostIdentity::new(Some(key), &args.audience, life);
    let facts = args.facts.iter().map(|(name, value)| (name.clone(), read_fact(value)));
    let facts: Facts = crate::domain::facts::checked(facts.collect())?;
    Ok(identity.mint(&args.customer_key, &facts, now + life)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Fact;

    #[test]
    fn a_key_is_made_once_and_what_it_signs_is_good() {
        let data = tempfile::tempdir().unwrap();
        let args = MintArgs {
            customer_key: "user-17".to_owned(),
            facts: vec![("plan".to_owned(), "gold".to_owned())],
            minutes: 5,
            audience: "sanad".to_owned(),
            data: data.path().to_owned(),
        };
        let now = Timestamp::from_millis(1_800_000_000_000);
        assert!(mint(&args, now).unwrap_err().to_string().contains("sanad token key"));
        let path = make_key(data.path()).unwrap();
        assert!(make_key(data.path()).is_err(), "a key is not written over");
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
        let token = mint(&args, now).unwrap();
        let key = keys::host_key(&path).unwrap();
        let identity = HostIdentity::new(key, "sanad", Duration::from_secs(300));
        let claim = identity.verify(&token, now).unwrap();
        assert_eq!(claim.customer_key, "user-17");
        assert_eq!(claim.facts["plan"], Fact::Text("gold".to_owned()));
    }
}
