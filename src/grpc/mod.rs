//! The wire: what callers of the API meet. Proto types live and end in this folder; what they
//! mean is decided in `app` and `domain`.

/// The generated protocol types, clients and servers of `sanad.v1`.
#[allow(missing_docs, clippy::all)]
pub mod pb {
    tonic::include_proto!("sanad.v1");

    /// All definitions, for reflection and for the table of roles.
    pub const FILE_DESCRIPTOR_SET: &[u8] =
        include_bytes!(concat!(env!("OUT_DIR"), "/sanad_descriptor.bin"));
}
