/**
 * Comparing search methods and choosing budgets: studies of methods × budgets × seeds × models that go on where they stopped, their summaries, and
 * ({@code study.report}) the tables and the page that show them. May import what {@code search} may, and {@code search}; only the command line imports it.
 */
package io.dimsieve.study;
