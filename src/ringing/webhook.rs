//! A webhook: one POST, signed, over a connection of its own. No redirect is followed: what holds the
//! means to say that somebody is there goes to the address in the rules and nowhere else.

use super::{ANSWER_BYTES_MAX, heard};
use crate::ports::ringer::Rung;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;
use ureq::Error;

/// Whoever is rung sees by this header who rings.
pub const SIGNATURE: &str = "x-sanad-signature";

pub(super) fn agent(span: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(span))
        .timeout_connect(Some(span / 2))
        .max_redirects(0)
        .max_idle_connections(0)
        .http_status_as_error(false)
        .user_agent("sanad")
        .build()
        .new_agent()
}

/// Rings once.
pub(super) async fn ring(
    agent: &ureq::Agent,
    address: &str,
    message: Vec<u8>,
    secret: Option<String>,
) -> Rung {
    let (agent, address) = (agent.clone(), address.to_owned());
    // The client waits on its thread, for as long as a ring may take at most.
    let rung = tokio::task::spawn_blocking(move || post(&agent, &address, &message, secret)).await;
    match rung {
        Ok(Ok(answer)) => heard(&answer),
        Ok(Err(why)) => Rung::Failed(why),
        Err(_) => Rung::Failed("the ring was broken off".to_owned()),
    }
}

fn post(
    agent: &ureq::Agent,
    address: &str,
    message: &[u8],
    secret: Option<String>,
) -> Result<Vec<u8>, String> {
    let mut request = agent.post(address).header("content-type", "application/json");
    if let Some(secret) = secret {
        request = request.header(SIGNATURE, signature(secret.as_bytes(), message));
    }
    let response = request.send(message).map_err(|error| why(&error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("it answered with status {}", status.as_u16()));
    }
    let body = response.into_body();
    // It rings, whatever else it has to say.
    Ok(body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec().unwrap_or_default())
}

/// The signature of a message: `sha256=` and the HMAC-SHA256 of its bytes in hex.
pub fn signature(secret: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(message);
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// In words of our own: what the client says may contain the address, which may hold a secret.
fn why(error: &Error) -> String {
    match error {
        Error::Timeout(_) => "no answer came in time".to_owned(),
        Error::HostNotFound => "its host is not known".to_owned(),
        Error::Tls(_) | Error::Rustls(_) => "no trusted connection could be made".to_owned(),
        Error::Io(error) => format!("no connection: {}", error.kind()),
        Error::ConnectionFailed => "no connection".to_owned(),
        _ => "the call failed".to_owned(),
    }
}
