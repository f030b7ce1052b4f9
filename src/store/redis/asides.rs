//! Ways of their own to nodes of a cluster that take keys over while these move. The client's
//! library knows only nodes that its map names, and a node that gets its first slot is in no map.

use super::link::Link;
use super::wires::{self, Node};
use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisResult, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One connection to each node that was asked aside.
#[derive(Default)]
pub struct Asides(Mutex<BTreeMap<Node, MultiplexedConnection>>);

impl Asides {
    /// Asks this node for keys that it takes over.
    pub async fn send(&self, link: &Link, node: Node, command: &Cmd) -> RedisResult<Value> {
        let known = self.ways().get(&node).cloned();
        let mut wire = match known {
            Some(wire) => wire,
            None => {
                let wire = wires::to_a_node(link.address(), &node, link.spans()).await?;
                self.ways().insert(node.clone(), wire.clone());
                wire
            }
        };
        let mut doubt = Doubt { asides: self, node: &node, is_over: false };
        let told = wires::send_asking(&mut wire, command).await;
        // A refusal is an answer too.
        doubt.is_over = told.as_ref().map_or_else(|error| error.code().is_some(), |_| true);
        told
    }

    fn ways(&self) -> MutexGuard<'_, BTreeMap<Node, MultiplexedConnection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a way leads anywhere, until it was answered: one that is given up on is not used again.
struct Doubt<'a> {
    asides: &'a Asides,
    node: &'a Node,
    is_over: bool,
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.asides.ways().remove(self.node);
        }
    }
}
