//! `sanad init`: begins a deployment on an empty Redis, once. A server that never was blessed is not
//! used, so that one which has lost its data is not taken for a new one.

use super::serve::store_kind;
use crate::config::service::StoreKind;
use crate::store::redis::address::Address;
use crate::store::redis::deployment;
use crate::store::redis::link::Patience;
use anyhow::bail;
use clap::Args;

/// Begin a deployment on an empty Redis, once.
#[derive(Debug, Args)]
pub struct Init {
    /// The URL of the Redis, the Redis Cluster or the Sentinels.
    #[arg(long, env = "SANAD_STORE", hide_env_values = true, value_name = "STORE", value_parser = store_kind)]
    store: StoreKind,
    /// Into how many parts conversations are hashed; fixed for the life of the deployment. More
    /// parts spread better over a large cluster and cost each instance more looking.
    #[arg(long, value_name = "N", default_value_t = deployment::BUCKETS,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    buckets: u16,
}

/// What comes next.
const NEXT: &str = "\
Start any number of instances with: sanad serve --store URL
Their data folders share the secrets and keys: start one, then copy server.secret, seal.secret (where \
there is one) and keys/ from its data folder into those of the others before they start.";

/// Runs the command.
pub async fn run(options: Init) -> anyhow::Result<()> {
    let StoreKind::Redis(url) = &options.store else {
        bail!("only a store on Redis is begun this way; the others begin by themselves");
    };
    let address = Address::parse(url)?;
    let made = deployment::init(address.clone(), options.buckets, Patience::default()).await?;
    println!("{address}: deployment {} with {} buckets is begun", made.id, made.buckets);
    println!("{NEXT}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_starts_more_instances_reads_what_their_data_folders_share() {
        for shared in ["server.secret", "seal.secret", "keys/"] {
            assert!(NEXT.contains(shared), "{NEXT}");
        }
    }
}
