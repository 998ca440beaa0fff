/**
 * Answers people: the management service, and the JSON documents that it gives.
 *
 * <p>A request comes in by {@link dev.understudy.supervisor.management.ManagementService}. What
 * only the active supervisor can answer is passed on to it, once. What is shown comes from a copy
 * of the image as the forwarder has carried it out, so either supervisor can answer; {@link
 * dev.understudy.supervisor.management.Documents} makes the documents of docs/cli-json.md from it.
 *
 * <p><b>Threads.</b> All of it runs on the supervisor's management thread: requests that come on
 * the sockets' thread and what the loop has looked up are handed over, so that neither a long table
 * nor a class that is loaded for the first time holds one of those.
 *
 * <p><b>Limits.</b> Requests at a time; how long each part of an answer is waited for.
 */
@NullMarked
package dev.understudy.supervisor.management;

import org.jspecify.annotations.NullMarked;
