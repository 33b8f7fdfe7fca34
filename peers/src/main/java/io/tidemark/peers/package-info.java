// SPDX-License-Identifier: Apache-2.0
/** Other journals, each in the best honest configuration that its documentation gives, behind the face of the benchmarks. */
package io.tidemark.peers;
