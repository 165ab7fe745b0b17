package io.dimsieve.bench.peer;
/** tbd */
final class PeerTable {}
