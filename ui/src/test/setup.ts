import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A slow machine is no reason to fail.
configure({ asyncUtilTimeout: 8000 });

afterEach(cleanup);
