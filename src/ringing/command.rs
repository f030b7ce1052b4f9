//! A program: it reads the message from its standard input and ends with 0 when it rings. It gets
//! nothing of our environment but what a program needs to run: there may be passwords in it.

use super::{ANSWER_BYTES_MAX, RING_SPAN, heard};
use crate::ports::ringer::Rung;
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

/// What a program gets of our environment.
const PASSED_ON: [&str; 5] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ"];

/// Rings once.
pub(super) async fn ring(command: &[String], message: Vec<u8>) -> Rung {
    let Some((program, arguments)) = command.split_first() else {
        return Rung::Failed("no program is named".to_owned());
    };
    match tokio::time::timeout(RING_SPAN, run(program, arguments, message)).await {
        Ok(Ok(rung)) => rung,
        Ok(Err(error)) => Rung::Failed(format!("the program cannot be run: {}", error.kind())),
        Err(_) => Rung::Failed("the program did not end in time".to_owned()),
    }
}

async fn run(program: &str, arguments: &[String], message: Vec<u8>) -> std::io::Result<Rung> {
    let passed_on = PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(passed_on)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // Whoever does not read it may ring all the same.
        input.write_all(&message).await.ok();
    }
    let mut answer = Vec::new();
    if let Some(output) = child.stdout.take() {
        let mut output = output.take(ANSWER_BYTES_MAX);
        output.read_to_end(&mut answer).await?;
        // The rest is not wanted; a full pipe must not hold the program up.
        tokio::io::copy(output.get_mut(), &mut tokio::io::sink()).await?;
    }
    let status = child.wait().await?;
    Ok(match status.code() {
        Some(0) => heard(&answer),
        Some(code) => Rung::Failed(format!("the program ended with {code}")),
        None => Rung::Failed("the program was ended by a signal".to_owned()),
    })
}
