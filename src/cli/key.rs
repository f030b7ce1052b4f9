//! `sanad key`: the keys of staff, made in the server's data folder. No server need run.

use super::connect::{DEFAULT_DATA, key_path};
use super::{sealing, sharing};
use crate::domain::time::Timestamp;
use crate::grpc::keys::{self, KeyRing, Role};
use anyhow::bail;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

/// Make keys for agents, platforms, supervisors and admins, and the secrets that instances share.
#[derive(Debug, Args)]
pub struct KeyCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and tell the file it lies in. A running server takes it within a second.
    Mint(MintArgs),
    /// Make the secret that seals what is stored, or a further one.
    ///
    /// From the next start on what is written is sealed: copies of the store and of the archive cannot be
    /// read without the file, and neither can you. Keep it apart from their backups, and give it to every
    /// instance.
    Seal(SealArgs),
    /// Add a secret to the one that customers' tokens are made with, to change it.
    ///
    /// It goes to the end of DIR/server.secret: there it is only good; as the first line it makes. The first
    /// one is made by the first start.
    Server(ServerSecretArgs),
}

#[derive(Debug, Args)]
struct ServerSecretArgs {
    /// The server's data folder.
    #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct SealArgs {
    /// The server's data folder; the secret goes to DIR/seal.secret.
    #[arg(long, env = "SANAD_DATA", default_value = DEFAULT_DATA, value_name = "DIR")]
    data: PathBuf,
    /// Add a further secret to the one that is there. At the end of the file it only opens; as the first
    /// line it seals.
    #[arg(long)]
    another: bool,
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
        What::Seal(args) => {
            println!("{}", seal(&args)?);
            Ok(())
        }
        What::Server(args) => {
            println!("{}", server(&args)?);
            Ok(())
        }
    }
}

fn seal(args: &SealArgs) -> anyhow::Result<String> {
    let file = sealing::file_of(&args.data);
    let path = file.display();
    let is_first = !file.exists();
    if !is_first && !args.another {
        bail!(
            "{path} is there already, and what is written is sealed; add --another to change the secret"
        );
    }
    std::fs::create_dir_all(&args.data)?;
    sealing::add_secret(&args.data)?;
    Ok(match is_first {
        true => format!(
            "{path}\nFrom the next start on what is written is sealed. Keep this file apart from backups of \
             the store: without it they cannot be read. Every instance needs it."
        ),
        false => format!(
            "{path}\nThe new secret, its last line, opens from the next start on. Once every instance has \
             been restarted with this file, move the line to the top everywhere and restart again: then it \
             seals. Remove an older line only when nothing written under it is kept any more."
        ),
    })
}

fn server(args: &ServerSecretArgs) -> anyhow::Result<String> {
    let file = sharing::file_of(&args.data);
    let path = file.display();
    if !file.exists() {
        bail!("{path} is not there; the first start makes it");
    }
    keys::new_secret(&file)?;
    Ok(format!(
        "{path}\nThe new secret, its last line, is good from the next start on. Once every instance has \
         been restarted with this file, move the line to the top everywhere and restart again: then it \
         makes. Remove the older line after 30 days: by then every token made with it has been replaced. \
         Customers whom the host site names get new ids with it: what they said before is no longer listed \
         as theirs."
    ))
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
    fn a_seal_is_made_once_and_changed_only_on_demand() {
        let data = tempfile::tempdir().unwrap();
        let mut args = SealArgs { data: data.path().join("new"), another: false };
        assert!(seal(&args).unwrap().contains("Every instance needs it"));
        assert!(seal(&args).unwrap_err().to_string().contains("--another"));
        args.another = true;
        assert!(seal(&args).unwrap().contains("move the line to the top"));
        let text = std::fs::read_to_string(sealing::file_of(&args.data)).unwrap();
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn a_server_secret_is_added_to_the_one_that_is_there() {
        let data = tempfile::tempdir().unwrap();
        let args = ServerSecretArgs { data: data.path().to_owned() };
        assert!(server(&args).unwrap_err().to_string().contains("the first start makes it"));
        let first = sharing::tokens_of(data.path()).unwrap();
        assert!(server(&args).unwrap().contains("move the line to the top"));
        let both = std::fs::read_to_string(sharing::file_of(data.path())).unwrap();
        assert_eq!(both.lines().count(), 2);
        assert_eq!(sharing::tokens_of(data.path()).unwrap().name(), first.name());
    }

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
