//! The application's figures as metrics, read when they are asked for.

use super::rules::LiveReport;
use crate::app::App;
use crate::app::satisfaction::Count;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Adds the application's figures to the registry.
pub fn register(registry: &mut Registry, app: &Arc<App>, report: &LiveReport) {
    registry.register_collector(Box::new(Figures { app: Arc::clone(app), report: report.clone() }));
}

struct Figures {
    app: Arc<App>,
    report: LiveReport,
}

impl fmt::Debug for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Figures")
    }
}

impl Collector for Figures {
    fn encode(&self, mut out: DescriptorEncoder) -> Result<(), fmt::Error> {
        let stats = self.app.stats();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        for (name, help, value) in [
            ("sanad_store_retries", "Changes tried again after a conflict", read(&stats.retries)),
            ("sanad_outbox_delivered", "Outbox entries delivered", read(&stats.delivered)),
            ("sanad_outbox_parked", "Outbox entries parked for a person", read(&stats.parked)),
            ("sanad_audit_repairs", "Differences repaired by the audit", read(&stats.repairs)),
            ("sanad_agent_outages", "Many agents vanished at once", read(&stats.outages)),
            ("sanad_offers", "Offers made to agents", read(&stats.offers)),
            ("sanad_offers_refused", "Offers refused by the store", read(&stats.offers_refused)),
        ] {
            let encoder = out.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(encoder)?;
        }
        let outcomes = stats.outcomes().into_iter().map(|(k, v)| (k.name(), v)).collect();
        family(&mut out, "sanad_bot_replies", "Replies of the bot", "outcome", outcomes)?;
        let handoffs = stats.handoffs().into_iter().map(|(k, v)| (k.name(), v)).collect();
        family(&mut out, "sanad_handoffs", "Handoffs to people", "reason", handoffs)?;
        let ends = stats.ends().into_iter().collect();
        family(&mut out, "sanad_ends", "Ends of conversations", "end", ends)?;
        let promises = stats.promises().into_iter().collect();
        family(&mut out, "sanad_promises", "Ends of promises", "fate", promises)?;
        let on_call = stats.on_call().into_iter().collect();
        family(&mut out, "sanad_on_call", "Rings of those on call", "what", on_call)?;
        let blocks = stats.blocks().into_iter().collect();
        family(&mut out, "sanad_blocks", "Blocks of customers", "what", blocks)?;
        let alerts = stats.alerts().into_iter().collect();
        family(&mut out, "sanad_alerts_raised", "Alerts raised", "kind", alerts)?;
        satisfaction(&mut out, stats.satisfaction())?;
        let agents = self.app.router().agents();
        let available = agents.iter().filter(|agent| agent.takes_offers()).count();
        for (name, help, value) in [
            ("sanad_waiting", "Conversations that wait for an agent", self.app.router().waiting()),
            ("sanad_agents_available", "Agents who take offers", available),
            ("sanad_alerts", "Alerts that stand", stats.alerts_standing() as usize),
            ("sanad_watched_topics", "Things readers wait for", self.app.hub().watched()),
            (
                "sanad_rules_problems",
                "Problems that keep changed rules out",
                self.report.problems(),
            ),
        ] {
            let encoder = out.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value as i64).encode(encoder)?;
        }
        Ok(())
    }
}

/// What customers said, one family a metric.
fn satisfaction(
    out: &mut DescriptorEncoder<'_>,
    counts: BTreeMap<Count, u64>,
) -> Result<(), fmt::Error> {
    for (name, help) in Count::METRICS {
        let mut encoder = out.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (count, value) in counts.iter().filter(|(count, _)| count.metric() == name) {
            let labels = count.labels();
            ConstCounter::new(*value).encode(encoder.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn family(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &'static str,
    values: Vec<(&'static str, u64)>,
) -> Result<(), fmt::Error> {
    let mut encoder = out.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (value, count) in values {
        let labels = [(label, value)];
        ConstCounter::new(count).encode(encoder.encode_family(&labels)?)?;
    }
    Ok(())
}
