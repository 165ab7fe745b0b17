/** The tape: a static graph of operations recorded once and replayed for every batch without allocation, and the initial values of its weights. */
package io.dimsieve.autograd;
