//! How a terminal comes to its conversation: one kept in a file, one of the customer's that is still
//! open on another device, or a new one.

use super::input::{self, Line, Want};
use super::own::{self, id_of};
use super::saved::Saved;
use super::view::View;
use super::{ChatArgs, help::COMMANDS, now};
use crate::cli::connect::{Bearer, Failure, Secured, ask, fresh_id, repeat, transient};
use crate::cli::reach::{Manner, Meanwhile, reach};
use crate::cli::terminal::{Terminal, asked_to_stop};
use crate::cli::words::number;
use crate::grpc::pb::chat_service_client::ChatServiceClient;
use crate::grpc::pb::{MyConversation, ResumeConversationResponse, StartConversationRequest};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Response, Status};

/// What is good to know and not needed to begin is asked for so often.
const TRIES: u32 = 2;

/// The conversation this terminal is in.
pub struct Opened {
    /// What it takes to go on with it.
    pub saved: Saved,
    /// Where that is kept.
    pub file: Option<PathBuf>,
    /// Where the stream begins; empty for the whole conversation.
    pub resume_token: String,
    /// Up to where something was said before this terminal came.
    pub past_through: u64,
    /// It has yet to be made the conversation of whom the host site names.
    pub unclaimed: bool,
    /// It was made theirs just now.
    pub claimed: bool,
}

impl Opened {
    /// Shown from its beginning.
    pub fn again(saved: Saved, file: Option<PathBuf>) -> Opened {
        let (resume_token, past_through) = (String::new(), 0);
        Opened { saved, file, resume_token, past_through, unclaimed: false, claimed: false }
    }

    /// One of the customer's, of which everything is shown.
    pub fn resumed(resumed: ResumeConversationResponse, file: Option<PathBuf>) -> Opened {
        let conversation = resumed.conversation.unwrap_or_default();
        let saved = Saved {
            conversation_id: conversation.conversation_id,
            customer_token: resumed.customer_token,
        };
        Opened { past_through: conversation.head_sequence, ..Opened::again(saved, file) }
    }

    /// Keeps it, if there is a file for it.
    pub fn save(&self) -> anyhow::Result<()> {
        self.file.as_deref().map_or(Ok(()), |file| self.saved.write(file))
    }
}

/// Comes to a conversation; `None` if the person leaves before there is one.
pub async fn begin(
    channel: &Channel,
    args: &ChatArgs,
    view: &mut View,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Opened>> {
    let saved = args.resume.as_deref().map(Saved::read).transpose()?.flatten();
    if let Some(saved) = saved {
        return Ok(Some(take_up(channel, args, view, terminal, saved).await?));
    }
    let start = Start { channel, args };
    let mut wanted = Wanted::New;
    if let Some(identity) = &args.identity {
        let open = start.open_elsewhere(identity).await?;
        if !open.is_empty() {
            terminal.screen.show(&view.left_open(&open, now()));
            wanted = choose(view, terminal, &open).await;
        }
    }
    let opened = match wanted {
        Wanted::Leave => None,
        Wanted::Old(id) => start.resume(view, terminal, id).await?,
        Wanted::New => return anew(channel, args, view, terminal).await,
    };
    opened.iter().try_for_each(Opened::save)?;
    Ok(opened)
}

/// A new conversation; `None` if the person leaves before there is one.
pub async fn anew(
    channel: &Channel,
    args: &ChatArgs,
    view: &mut View,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Opened>> {
    let opened = Start { channel, args }.anew(view, terminal).await?;
    opened.iter().try_for_each(Opened::save)?;
    Ok(opened)
}

/// A conversation from a file. If it is known by now who the customer is, it becomes theirs; where that
/// cannot be said at this moment it follows as soon as it can.
async fn take_up(
    channel: &Channel,
    args: &ChatArgs,
    view: &View,
    terminal: &mut Terminal,
    saved: Saved,
) -> anyhow::Result<Opened> {
    let mut opened = Opened::again(saved, args.resume.clone());
    let (Some(identity), Some(bearer)) =
        (&args.identity, Bearer::new(&opened.saved.customer_token))
    else {
        return Ok(opened);
    };
    let client: ChatServiceClient<Secured> =
        ChatServiceClient::with_interceptor(channel.clone(), bearer);
    let (id, request_id) = (&opened.saved.conversation_id, fresh_id());
    let claim = || {
        let (mut client, id) = (client.clone(), id.clone());
        let (request_id, identity) = (request_id.clone(), identity.clone());
        async move { own::identify(&mut client, id, request_id, identity).await }
    };
    match repeat(TRIES, || {}, claim).await {
        Ok(()) => opened.claimed = true,
        Err(status) if transient(&status) => opened.unclaimed = true,
        // Its stream says so too, and a new one is begun as theirs.
        Err(status) if own::is_gone(&status) => {}
        Err(status) => {
            // Above all: what is another customer's is not shown to this one.
            terminal.screen.show(&[view.refusal(&status)]);
            terminal.screen.close();
            return Err(Failure::of(Want::Identify.what(), &args.server.server, status).into());
        }
    }
    Ok(opened)
}

/// Which conversation is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// This one of theirs.
    Old(String),
    /// A new one.
    New,
    /// None.
    Leave,
}

/// Reads which of those that are open is wanted. Words for the bot begin a new one and are not lost.
async fn choose(view: &View, terminal: &mut Terminal, open: &[MyConversation]) -> Wanted {
    let mut stop = std::pin::pin!(asked_to_stop());
    loop {
        let line = tokio::select! {
            line = terminal.line() => line,
            () = &mut stop => return Wanted::Leave,
        };
        terminal.screen.typed();
        let Some(line) = line else {
            return if terminal.interactive { Wanted::Leave } else { Wanted::New };
        };
        let numbered = match input::parse(&line, &[]) {
            Line::Want(Want::Say(text)) => number(&text),
            Line::Resume(number) => Some(number),
            _ => None,
        };
        let meant = numbered.and_then(|number| open.get(number.checked_sub(1)?));
        match input::parse(&line, &[]) {
            _ if meant.is_some() => {
                return Wanted::Old(meant.map(id_of).unwrap_or_default().to_owned());
            }
            Line::Nothing => {}
            Line::Quit => return Wanted::Leave,
            Line::Help => terminal.screen.show(&view.help()),
            Line::Mine => terminal.screen.show(&view.left_open(open, now())),
            _ if numbered.is_some() => terminal.screen.show(&[view.no_such_number()]),
            Line::Unknown(command) => {
                terminal.screen.show(&[COMMANDS.unknown(&command, &view.transcript)]);
            }
            Line::Incomplete(command) => {
                terminal.screen.show(&COMMANDS.usage(command, &view.transcript));
            }
            Line::Want(_)
            | Line::CallbackAt(_)
            | Line::Resume(_)
            | Line::Export(_)
            | Line::Erase
            | Line::Login(_) => {
                terminal.early.push_front(line);
                return Wanted::New;
            }
        }
    }
}

/// The calls that need no conversation yet.
struct Start<'a> {
    channel: &'a Channel,
    args: &'a ChatArgs,
}

impl Start<'_> {
    fn client(&self) -> ChatServiceClient<Channel> {
        ChatServiceClient::new(self.channel.clone())
    }

    /// What is still open. When that cannot be known at this moment a new conversation can be begun all
    /// the same.
    async fn open_elsewhere(&self, identity: &str) -> Result<Vec<MyConversation>, Failure> {
        let call = || {
            let (mut client, identity) = (self.client(), identity.to_owned());
            async move { client.list_my_conversations(ask(own::listing(identity, true))).await }
        };
        match repeat(TRIES, || {}, call).await {
            Ok(answer) => Ok(answer.into_inner().conversations),
            Err(status) if transient(&status) => Ok(Vec::new()),
            Err(status) => {
                let what = Want::Mine(input::Mine::All).what();
                Err(Failure::of(what, &self.args.server.server, status))
            }
        }
    }

    async fn resume(
        &self,
        view: &mut View,
        terminal: &mut Terminal,
        id: String,
    ) -> Result<Option<Opened>, Failure> {
        let identity = self.args.identity.clone().unwrap_or_default();
        let call = || {
            let (mut client, request) =
                (self.client(), own::resuming(id.clone(), identity.clone()));
            async move { client.resume_conversation(ask(request)).await }
        };
        let resumed = self.reach(view, terminal, "to go on with the conversation", call).await?;
        Ok(resumed.map(|resumed| {
            terminal.screen.show(&[view.resumed()]);
            Opened::resumed(resumed, self.args.resume.clone())
        }))
    }

    async fn anew(
        &self,
        view: &mut View,
        terminal: &mut Terminal,
    ) -> Result<Option<Opened>, Failure> {
        let args = self.args;
        let request = StartConversationRequest {
            request_id: fresh_id(),
            device_id: args.device.clone().unwrap_or_else(fresh_id),
            language: args.lang.map(|lang| lang.tag().to_owned()).unwrap_or_default(),
            identity_token: args.identity.clone().unwrap_or_default(),
            channel: "terminal".to_owned(),
            ..Default::default()
        };
        let call = || {
            let (mut client, request) = (self.client(), request.clone());
            async move { client.start_conversation(ask(request)).await }
        };
        let started = self.reach(view, terminal, "to begin a conversation", call).await?;
        Ok(started.map(|started| {
            let conversation = started.conversation.clone().unwrap_or_default();
            let saved = Saved {
                conversation_id: conversation.conversation_id,
                customer_token: started.customer_token.clone(),
            };
            let resume_token = started.resume_token.clone();
            terminal.screen.show(&view.started(started));
            Opened { resume_token, ..Opened::again(saved, args.resume.clone()) }
        }))
    }

    async fn reach<T, F>(
        &self,
        view: &View,
        terminal: &mut Terminal,
        what: &'static str,
        call: impl FnMut() -> F,
    ) -> Result<Option<T>, Failure>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let manner = Manner {
            what,
            server: &self.args.server.server,
            patience: Duration::from_secs(self.args.patience),
            say: &|sentence| view.sentence(sentence),
            read: &|line| match input::parse(line, &[]) {
                Line::Quit => Meanwhile::Leave,
                Line::Help => Meanwhile::Show(view.help()),
                Line::Nothing => Meanwhile::Show(Vec::new()),
                _ => Meanwhile::Hold,
            },
        };
        reach(terminal, &manner, call).await
    }
}
