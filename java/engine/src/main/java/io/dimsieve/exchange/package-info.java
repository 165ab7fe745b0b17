/**
 * Models for and from other tools: the weights of a model file as dense arrays, plain safetensors files of them, the plan a model
 * was cut to, and models that were trained elsewhere. Formats with operators of their own have a package of their own.
 */
package io.dimsieve.exchange;
