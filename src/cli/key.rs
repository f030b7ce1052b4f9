//! `sanad key`: the keys of staff, made in the server's data folder. No server need run.

use super::connect::{DEFAULT_DATA, key_path};
use crate::domain::time::Timestamp;
use crate::grpc::keys::{KeyRing, Role};
use anyhow::bail;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

/// Make keys for agents, platforms, supervisors and admins.
#[derive(Debug, Args)]
pub struct KeyCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and tell the file it lies in. A running server takes it within a second.
    Mint(MintArgs),
}

#[derive(Debug, Args)]
struct MintArgs {
    /// What the holder may be.
    #[arg(value_name = "agent|platform|supervisor|admin", value_parser = role)]
    role: Role,
    /// Who it is for; for an agent the agent's id.
    subject: String,
    /// The server's data folder; the key goes to DIR/keys.
    #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    data: PathBuf,
    /// Replace the key that is there; the old one opens nothing any more.
    #[arg(long)]
    replace: bool,
}

fn role(name: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().find(|role| role.name() == name);
    known.ok_or_else(|| "write agent, platform, supervisor or admin".to_owned())
}

/// Runs the command.
pub fn run(command: KeyCommand) -> anyhow::Result<()> {
    match command.what {
        What::Mint(args) => {
            println!("{}", mint(&args)?.display());
            Ok(())
        }
    }
}

fn mint(args: &MintArgs) -> anyhow::Result<PathBuf> {
    let path = key_path(&args.data, args.role, &args.subject);
    if path.exists() && !args.replace {
        bail!(
            "{} is there already; use it, or add --replace to make it void and have a new one",
            path.display()
        );
    }
    // The ring reads the clock only to look for keys it does not know, which nobody asks it here.
    let ring = KeyRing::open(&args.data.join("keys"), Arc::new(|| Timestamp::ZERO))?;
    Ok(ring.mint(args.role, &args.subject)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_replaced_only_on_demand() {
        let data = tempfile::tempdir().unwrap();
        let mut args = MintArgs {
            role: Role::Agent,
            subject: "sara".to_owned(),
            data: data.path().to_owned(),
            replace: false,
        };
        let path = mint(&args).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        assert!(first.starts_with("sanad_agent_sara_"));
        assert!(mint(&args).unwrap_err().to_string().contains("--replace"));
        args.replace = true;
        mint(&args).unwrap();
        assert_ne!(std::fs::read_to_string(&path).unwrap(), first);
        args.subject = "../x".to_owned();
        assert!(mint(&args).is_err());
    }
}
