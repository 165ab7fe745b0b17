/** What a study found, for people: CSV and Markdown tables, and a page of its own with charts drawn as SVG. Part of {@code study}; no scripts, no network. */
package io.dimsieve.study.report;
