//! Interval mining.

use std::sync::Weak;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval_at};

use crate::config::MiningMode;
use crate::node::Node;

/// Mines at the interval the mode asks for, until the node is gone.
pub(crate) async fn run(node: Weak<Node>, mut mode: watch::Receiver<MiningMode>) {
    loop {
        let current = *mode.borrow_and_update();
        let is_over = match current {
            MiningMode::Interval(period) => mine_every(&node, period, &mut mode).await,
            MiningMode::Auto | MiningMode::Manual => mode.changed().await.is_err(),
        };
        if is_over {
            return;
        }
    }
}

/// Mines until the mode changes (false) or the node is gone (true).
async fn mine_every(node: &Weak<Node>, period: Duration, mode: &mut watch::Receiver<MiningMode>) -> bool {
    let mut ticks = interval_at(tokio::time::Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let Some(node) = node.upgrade() else { return true };
                if tokio::task::spawn_blocking(move || node.mine(1, None)).await.is_err() {
                    tracing::error!(target: "omnit_node", "a block could not be made");
                }
            }
            changed = mode.changed() => return changed.is_err(),
        }
    }
}
