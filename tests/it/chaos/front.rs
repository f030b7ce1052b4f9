//! Several instances, and how a client meets them: any of them will do, and what was not answered
//! is asked again under the same id.

use super::history::History;
use crate::service::Service;
use sanad::grpc::pb::chat_service_client::ChatServiceClient;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// Whoever is not answered within this is not answered at all.
const CALL_MAX: Duration = Duration::from_secs(30);
/// A fault is over after this at the latest.
const RECOVERY_MAX: Duration = Duration::from_secs(120);

/// The instances, and what has been told by them.
pub struct Front {
    services: Mutex<Vec<Service>>,
    addresses: Mutex<Vec<String>>,
    is_over: AtomicBool,
    pub history: History,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Front {
    /// Two instances on this store.
    pub fn of_two(store: &str) -> Front {
        Front::of(store, store)
    }

    /// One instance with a file of its own.
    pub fn alone() -> Front {
        Front::of_one(Service::start())
    }

    /// This instance alone.
    pub fn of_one(service: Service) -> Front {
        Front::with(vec![service])
    }

    /// Two instances that have each their own way to the store.
    pub fn of(store: &str, same_store: &str) -> Front {
        let first = Service::start_on(store);
        let second = first.moved_to(same_store);
        Front::with(vec![first, second])
    }

    fn with(services: Vec<Service>) -> Front {
        let addresses = services.iter().map(|service| service.address().to_owned()).collect();
        Front {
            services: Mutex::new(services),
            addresses: Mutex::new(addresses),
            is_over: AtomicBool::new(false),
            history: History::default(),
        }
    }

    /// The secret of an agent's key.
    pub fn key(&self, name: &str) -> String {
        lock(&self.services)[0].key(name)
    }

    /// Kills the only instance without warning, and starts it again on what it left.
    pub fn kill_and_restart(&self) {
        let mut services = lock(&self.services);
        services[0].kill_and_restart();
        let address = services[0].address().to_owned();
        lock(&self.addresses)[0] = address;
    }

    /// The data folder of the first instance.
    pub fn data(&self) -> PathBuf {
        lock(&self.services)[0].data()
    }

    /// The address of the first instance.
    pub fn server(&self) -> String {
        self.address(0)
    }

    /// Kills one instance without warning.
    pub fn kill(&self, number: usize) {
        lock(&self.services)[number].kill();
    }

    /// Starts another in the place of one that was killed, on the same way to the store as the
    /// other one.
    pub fn start_again(&self, number: usize) {
        let service = lock(&self.services)[1 - number].beside();
        self.replace(number, service);
    }

    /// Starts another in the place of one that was killed, on this way to the store.
    pub fn start_again_on(&self, number: usize, store: &str) {
        let service = lock(&self.services)[1 - number].moved_to(store);
        self.replace(number, service);
    }

    fn replace(&self, number: usize, service: Service) {
        lock(&self.addresses)[number] = service.address().to_owned();
        lock(&self.services)[number] = service;
    }

    /// A client for customers, at the first instance.
    pub async fn chat(&self) -> ChatServiceClient<Channel> {
        ChatServiceClient::connect(self.address(0)).await.expect("an instance")
    }

    fn address(&self, number: usize) -> String {
        let addresses = lock(&self.addresses);
        addresses[number % addresses.len()].clone()
    }

    /// Whether everybody is to come to an end.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Everybody comes to an end.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    /// Waits until all of these have been acknowledged again.
    pub async fn recovery(&self, who: &[String]) {
        let began = Instant::now();
        while !self.history.all_since(who, began) {
            assert!(
                began.elapsed() < RECOVERY_MAX,
                "it does not recover\n{}",
                self.history.table()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.history.recovered(began.elapsed());
    }
}

/// One client's way to the instances.
pub struct Way {
    at: usize,
    channel: Option<Channel>,
}

impl Way {
    /// One that begins with this instance.
    pub fn beginning_with(at: usize) -> Way {
        Way { at, channel: None }
    }

    /// Asks until there is an answer that is one: done, or refused for a reason.
    pub async fn ask<T, F>(
        &mut self,
        front: &Front,
        call: impl Fn(Channel) -> F,
    ) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let began = Instant::now();
        loop {
            if let Some(answer) = self.try_once(front, &call).await {
                return answer;
            }
            front.history.repeated();
            assert!(began.elapsed() < RECOVERY_MAX, "no answer\n{}", front.history.table());
            // Another instance may know better.
            self.at += 1;
            self.channel = None;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// `None` if it has to be asked again.
    async fn try_once<T, F>(
        &mut self,
        front: &Front,
        call: &impl Fn(Channel) -> F,
    ) -> Option<Result<T, Status>>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let began = Instant::now();
        let channel = match self.channel.clone() {
            Some(channel) => channel,
            None => {
                let endpoint = Endpoint::from_shared(front.address(self.at)).expect("an address");
                let connecting = endpoint.connect_timeout(Duration::from_secs(2)).connect().await;
                self.channel.insert(connecting.ok()?).clone()
            }
        };
        let Ok(answer) = tokio::time::timeout(CALL_MAX, call(channel)).await else {
            front.history.wrong(format!("a call hung for {CALL_MAX:?}"));
            return None;
        };
        front.history.took(began.elapsed());
        match answer {
            Ok(answer) => Some(Ok(answer)),
            Err(status) => match status.code() {
                Code::Unavailable
                | Code::DeadlineExceeded
                | Code::Cancelled
                | Code::Unknown
                | Code::ResourceExhausted => None,
                _ => Some(Err(status)),
            },
        }
    }
}

/// A message with a bearer's secret.
pub fn with<T>(message: T, secret: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    request
}
