//! `sanad store copy`: carries a whole deployment from one store into an empty one, at rest.

use super::serve::store_kind;
use super::stores::BUCKETS;
use crate::app::copying::{self, Sum};
use crate::config::service::StoreKind;
use crate::ports::store::whole::{Filling, Whole};
use crate::ports::store::{Slot, StoreError};
use crate::store::embedded::whole::WholeFile;
use crate::store::redis::address::Address;
use crate::store::redis::deployment;
use crate::store::redis::whole::WholeRedis;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Look after a store as a whole.
#[derive(Debug, Args)]
pub struct StoreArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Copy(Copy),
}

/// Copy everything into an empty store, of the same sort or another.
///
/// Stop every instance first. A copy that is cut off is gone on with by the same command. Counts and
/// a hash of all contents are compared before the copy can be used.
#[derive(Debug, Args)]
struct Copy {
    /// From where: `embedded:DIR` (a data folder) or the URL of a Redis, a cluster or Sentinels.
    #[arg(long, env = "SANAD_COPY_FROM", hide_env_values = true, value_name = "STORE", value_parser = end)]
    from: End,
    /// Into which empty store; the same forms.
    #[arg(long, env = "SANAD_COPY_TO", hide_env_values = true, value_name = "STORE", value_parser = end)]
    to: End,
    /// Into how many parts a Redis hashes conversations from then on.
    #[arg(long, value_name = "N", default_value_t = deployment::BUCKETS,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    buckets: u16,
}

/// One end of a copy.
#[derive(Debug, Clone)]
enum End {
    /// The file in this data folder.
    Folder(PathBuf),
    /// A Redis; the URL may hold a password.
    Redis(StoreKind),
}

fn end(text: &str) -> Result<End, String> {
    if let Some(folder) = text.strip_prefix("embedded:") {
        return Ok(End::Folder(PathBuf::from(folder)));
    }
    let wrong = || "write embedded:DIR or the URL of a Redis".to_owned();
    match store_kind(text).map_err(|_| wrong())? {
        kind @ StoreKind::Redis(_) => Ok(End::Redis(kind)),
        StoreKind::Embedded | StoreKind::Memory => Err(wrong()),
    }
}

fn address(kind: &StoreKind) -> anyhow::Result<Address> {
    match kind {
        StoreKind::Redis(url) => Ok(Address::parse(url)?),
        StoreKind::Embedded | StoreKind::Memory => bail!("only a Redis has a URL"),
    }
}

/// Runs the command.
pub async fn run(args: StoreArgs) -> anyhow::Result<()> {
    let What::Copy(options) = args.what;
    let source: Box<dyn Whole> = match &options.from {
        End::Folder(folder) => {
            let opened = WholeFile::open(&folder.join("sanad.redb"), BUCKETS);
            Box::new(opened.context("the source cannot be copied")?)
        }
        End::Redis(kind) => {
            let opened = WholeRedis::open(address(kind)?).await.map_err(reason);
            Box::new(opened.context("the source cannot be copied")?)
        }
    };
    let name = source.name();
    let target: Box<dyn Filling> = match &options.to {
        End::Folder(folder) => {
            let filled =
                WholeFile::fill(&folder.join("sanad.redb"), BUCKETS, &name).map_err(reason);
            Box::new(filled.context("the target cannot be filled")?)
        }
        End::Redis(kind) => {
            let filled = WholeRedis::fill(address(kind)?, options.buckets, &name).await;
            let filled = filled.map_err(reason);
            Box::new(filled.context("the target cannot be filled")?)
        }
    };
    tell_begun(&options, target.as_ref()).await?;
    let sum = copying::copy(source.as_ref(), target.as_ref(), tell).await?;
    done(&options, &sum);
    Ok(())
}

/// Why a store cannot be opened for this, without calling it away: it may well be there.
fn reason(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Unavailable { reason, .. } => anyhow::anyhow!(reason),
        other => other.into(),
    }
}

/// Says whether this goes on with a copy that was cut off, and what was settled then.
async fn tell_begun(options: &Copy, target: &dyn Filling) -> anyhow::Result<()> {
    let done = target.done().await?.len();
    if done > 0 {
        println!("going on with a copy that was begun: {done} slots are there");
    }
    let kept = target.buckets();
    if matches!(options.to, End::Redis(_)) && kept != options.buckets {
        println!("it was begun with --buckets {kept}, which it keeps");
    }
    Ok(())
}

fn tell(slot: &Slot) {
    println!("slot {slot} is copied");
}

fn done(options: &Copy, sum: &Sum) {
    println!("copied and compared: {sum}");
    println!("The old store is as it was: do not serve both.");
    match (&options.from, &options.to) {
        (End::Folder(from), End::Folder(to)) => println!(
            "Copy {0}/server.secret (without it every customer's token is void), {0}/host.secret if there \
             is one (it checks the tokens your site signs), {0}/seal.secret if there is one (without it what is sealed \
             cannot be read), {0}/keys and {0}/rules to {1} too.",
            from.display(),
            to.display()
        ),
        (End::Folder(_), End::Redis(_)) | (End::Redis(_), End::Folder(_) | End::Redis(_)) => {
            println!(
                "Serve it with the data folder that has been used so far, or a copy of it: `server.secret` \
                 (customers' tokens), `host.secret` if there is one (the tokens your site signs), \
                 `seal.secret` if there is one (what is sealed), `keys` and `rules` are in it."
            );
        }
    }
}
