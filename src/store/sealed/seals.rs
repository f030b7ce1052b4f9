//! The secrets, and how one body is sealed and opened: AES-256-GCM under a key of each conversation,
//! which is derived from the secret, so that one conversation's key opens no other's. The name of what
//! is sealed is authenticated with it, so that nothing can be put in another's place.

use super::readable::Form;
use crate::ports::store::StoreError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The bytes of a secret.
pub const SECRET_BYTES: usize = 32;
/// Keeps keys made here apart from whatever else a secret may be used for.
const SALT: &[u8] = b"sanad seal 1";
/// Bytes of a secret's name.
const NAME_BYTES: usize = 4;

/// The secrets of a deployment: the first seals, all of them open.
pub struct Seals {
    first: Secret,
    older: Vec<Secret>,
}

struct Secret {
    /// By which a seal says which secret opens it; says nothing about the secret itself.
    name: String,
    prk: Prk,
}

impl Secret {
    fn new(bytes: &[u8; SECRET_BYTES]) -> Secret {
        let prk = Salt::new(HKDF_SHA256, SALT).extract(bytes);
        let mut name = [0; NAME_BYTES];
        let expanded = prk.expand(&[b"name"], Length(NAME_BYTES));
        expanded.and_then(|okm| okm.fill(&mut name)).expect("a name is short");
        let name = name.iter().map(|byte| format!("{byte:02x}")).collect();
        Secret { name, prk }
    }

    fn key_of(&self, subject: &str) -> LessSafeKey {
        let info = [b"conversation ".as_slice(), subject.as_bytes()];
        let okm = self.prk.expand(&info, &AES_256_GCM).expect("a key is short");
        LessSafeKey::new(UnboundKey::from(okm))
    }
}

struct Length(usize);

impl ring::hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// As much of a stored body as says whether it is sealed.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    sealed: Option<&'a str>,
}

impl Seals {
    /// With these secrets, the one that seals first; `None` if there is none.
    pub fn new(secrets: &[[u8; SECRET_BYTES]]) -> Option<Seals> {
        let (first, older) = secrets.split_first()?;
        Some(Seals { first: Secret::new(first), older: older.iter().map(Secret::new).collect() })
    }

    /// The name of the secret that seals.
    pub fn name(&self) -> &str {
        &self.first.name
    }

    /// Whether the secret of this name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.secret(name).is_some()
    }

    fn secret(&self, name: &str) -> Option<&Secret> {
        std::iter::once(&self.first).chain(&self.older).find(|secret| secret.name == name)
    }

    /// The body as it is written.
    pub(super) fn seal(&self, form: &Form<'_>, body: &[u8]) -> Bytes {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut text = Vec::with_capacity(NONCE_LEN + body.len() + AES_256_GCM.tag_len());
        text.extend_from_slice(&nonce);
        text.extend_from_slice(body);
        let key = self.first.key_of(form.subject);
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(form.place.as_bytes()));
        let tag = key
            .seal_in_place_separate_tag(nonce, aad, &mut text[NONCE_LEN..])
            .expect("a body is far below what one seal can hold");
        text.extend_from_slice(tag.as_ref());

        let mut out = String::with_capacity(512 + text.len() * 4 / 3);
        out.push('{');
        // A body of another shape has no fields to show.
        let fields: HashMap<&str, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
        for name in form.readable {
            if let Some(value) = fields.get(name) {
                out.extend(["\"", name, "\":", value.get(), ","]);
            }
        }
        out.extend(["\"sealed\":\"", &self.first.name, "."]);
        STANDARD_NO_PAD.encode_string(&text, &mut out);
        out.push_str("\"}");
        Bytes::from(out)
    }

    /// The body as it was before it was sealed; what never was is returned as it is.
    pub(super) fn open(&self, form: &Form<'_>, body: &Bytes) -> Result<Bytes, StoreError> {
        let found = serde_json::from_slice(body).ok().and_then(|found: Envelope| found.sealed);
        let Some(sealed) = found else { return Ok(body.clone()) };
        let damaged = |reason: String| StoreError::Damaged { what: form.place.clone(), reason };
        let (name, text) = sealed.split_once('.').unwrap_or_default();
        let Some(secret) = self.secret(name) else {
            return Err(damaged(format!(
                "it is sealed under {name}, and seal.secret names another; add the line of the secret \
                 it was sealed under"
            )));
        };
        let mut text = STANDARD_NO_PAD
            .decode(text)
            .map_err(|_| damaged("what is sealed was changed or cut off".to_owned()))?;
        if text.len() < NONCE_LEN {
            return Err(damaged("what is sealed was cut off".to_owned()));
        }
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&text[..NONCE_LEN]);
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(form.place.as_bytes()));
        let opened = secret.key_of(form.subject).open_in_place(nonce, aad, &mut text[NONCE_LEN..]);
        let length = opened
            .map_err(|_| damaged("what is sealed was changed, or belongs elsewhere".to_owned()))?
            .len();
        Ok(Bytes::from(text).slice(NONCE_LEN..NONCE_LEN + length))
    }
}
