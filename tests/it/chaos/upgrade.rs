//! Instances of two versions on one Redis, as they are while a deployment is brought up to date one
//! instance after the other.

use super::elder::Elder;
use super::front::Front;
use super::records::Records;
use super::{FLUSHED, LASTING, PREFIX, World, bless, rounds};
use crate::redis_server::RedisServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn old_and_new_instances_work_together_until_the_last_old_one_is_gone() {
    let redis = RedisServer::start_with(&FLUSHED);
    let direct = format!("{}?prefix={PREFIX}", redis.url());
    bless(&direct);
    let elder = Elder::before(redis.port()).await;
    let through = format!("redis://127.0.0.1:{}?prefix={PREFIX}", elder.port());
    let world = World::at(Front::of(&direct, &through)).await;
    for round in 1..=rounds() {
        let side_by_side = tokio::time::sleep(LASTING);
        world.suffers("an old and a new instance, side by side", side_by_side).await;
        let forgotten = async {
            for _ in 0..10 {
                redis.cli(&["SCRIPT", "FLUSH"]);
                tokio::time::sleep(LASTING / 10).await;
            }
        };
        world.suffers("SCRIPT FLUSH, ten times", forgotten).await;
        both_are_used(&redis, &elder);
        let replaced = async {
            world.front.kill(1);
            world.front.start_again(1);
        };
        world.suffers("kill -9 of the old one; a new one in its place", replaced).await;
        if round < rounds() {
            let back = async {
                world.front.kill(1);
                world.front.start_again_on(1, &through);
            };
            world.suffers("back to the old one", back).await;
        }
    }
    let rows = world.ends(&Records::on(vec![&redis], PREFIX), false).await;
    for row in rows {
        assert_eq!((row.lost, row.durable), (0, row.acknowledged), "{row:?}");
    }
}

/// Else nothing was shown: after the server has forgotten all scripts, it was sent both versions.
fn both_are_used(redis: &RedisServer, elder: &Elder) {
    let known = |hash: &str| redis.cli(&["SCRIPT", "EXISTS", hash]) == "1";
    let both = elder.hashes().into_iter().filter(|(new, old)| known(new) && known(old)).count();
    assert!(both >= 2, "of {:?}", elder.hashes());
}
