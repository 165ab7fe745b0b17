/** Finding how many dimensions each field needs: search methods, one file each, the plan they write, and the compaction that carries it out. */
package io.dimsieve.search;
